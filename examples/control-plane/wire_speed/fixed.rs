//! A server of the same stack that always gives the same answer.

use std::net::TcpListener;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::routing::post;

use super::Outcome;

/// Where it listens. It runs until the process ends.
pub(super) fn serve(answer: Vec<u8>) -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    listener.set_nonblocking(true)?;
    std::thread::Builder::new().spawn(move || {
        let router = Router::new()
            .route("/", post(fixed))
            .with_state(Bytes::from(answer));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
        })
    })?;
    Ok(address)
}

async fn fixed(State(answer): State<Bytes>, _headers: HeaderMap, _body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(answer));
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
