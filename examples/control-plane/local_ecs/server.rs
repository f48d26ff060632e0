//! The HTTP server.

use core::time::Duration;
use std::collections::BTreeMap;
use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use ecs_model::{Exception, ExceptionName};
use tokio::sync::oneshot;

use crate::engine::{Answer, Asked, Engine, Message};
use crate::wire;

/// The largest request: a task definition has 64 KiB at most.
const BODY: usize = 1 << 20;

/// How long a call waits for its answer at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// What each request needs.
#[derive(Debug)]
struct Desk {
    calls: SyncSender<Message>,
    accounts: BTreeMap<String, String>,
    region: String,
    requests: AtomicU64,
}

/// Serves until the process is asked to end.
pub(crate) fn serve(
    listener: TcpListener,
    engine: &Engine,
    accounts: BTreeMap<String, String>,
    region: String,
) -> Result<(), Box<dyn Error>> {
    let desk = Arc::new(Desk {
        calls: engine.calls(),
        accounts,
        region,
        requests: AtomicU64::new(1),
    });
    let router = Router::new()
        .route("/", post(call).get(page))
        .route("/_local/reset", post(reset))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(desk);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async move {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let served = axum::serve(listener, router).with_graceful_shutdown(end());
        served.await
    })?;
    runtime.shutdown_timeout(PATIENCE);
    Ok(())
}

/// Ctrl-C, or `SIGTERM`.
async fn end() {
    use tokio::signal::unix::{SignalKind, signal};
    match (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            let interrupted = interrupt.recv();
            let terminated = terminate.recv();
            let mut interrupted = std::pin::pin!(interrupted);
            let mut terminated = std::pin::pin!(terminated);
            std::future::poll_fn(|context| {
                let is_asked = interrupted.as_mut().poll(context).is_ready()
                    || terminated.as_mut().poll(context).is_ready();
                match is_asked {
                    true => std::task::Poll::Ready(()),
                    false => std::task::Poll::Pending,
                }
            })
            .await;
        }
        // Without signals it runs until it is killed.
        _ => std::future::pending().await,
    }
}

async fn call(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let id = desk.request_id();
    let Some(operation) = wire::operation(&headers) else {
        let name = ExceptionName::from("UnknownOperationException");
        let message = "the header `X-Amz-Target` names no operation of ECS";
        return wire::refused(&Exception::new(name, message), &id);
    };
    let (owner, caller) = wire::caller(&headers, &desk.accounts, &desk.region);
    let asked = Asked::Call {
        operation: operation.to_owned(),
        body: body.into(),
        owner,
        caller,
    };
    answer(desk.ask(asked).await, &id)
}

async fn reset(State(desk): State<Arc<Desk>>) -> Response<Body> {
    let id = desk.request_id();
    answer(desk.ask(Asked::Reset).await, &id)
}

async fn page(State(desk): State<Arc<Desk>>) -> Response<Body> {
    let id = desk.request_id();
    match desk.ask(Asked::Page).await {
        Ok(html) => wire::page(html),
        Err(exception) => wire::refused(&exception, &id),
    }
}

fn answer(answer: Answer, id: &str) -> Response<Body> {
    match answer {
        Ok(body) => wire::answered(body, id),
        Err(exception) => wire::refused(&exception, id),
    }
}

impl Desk {
    async fn ask(&self, asked: Asked) -> Answer {
        let (reply, answer) = oneshot::channel();
        let unavailable = |why: &str| Exception::new(ExceptionName::Server, why);
        match self.calls.try_send(Message { asked, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                let name = ExceptionName::from("ThrottlingException");
                return Err(Exception::new(name, "Rate exceeded"));
            }
            Err(TrySendError::Disconnected(_)) => return Err(unavailable("it is stopping")),
        }
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(unavailable("it is stopping")),
            Err(_) => Err(unavailable("there was no answer in time")),
        }
    }

    /// As a UUID is written.
    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{number:012x}")
    }
}
