//! AWS JSON 1.1 on the wire.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use control_plane::Owner;
use ecs_model::Exception;

use crate::arguments::ACCOUNT;

/// The API of ECS, as the header `X-Amz-Target` names it.
const TARGET: &str = "AmazonEC2ContainerServiceV20141113.";

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// The operation that a request names.
pub(crate) fn operation(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    target.strip_prefix(TARGET)
}

/// Who calls, and where: by the credential with which the request is signed. Signatures are
/// believed.
pub(crate) fn caller(
    headers: &HeaderMap,
    accounts: &BTreeMap<String, String>,
    region: &str,
) -> (Owner, String) {
    let signed = headers.get(header::AUTHORIZATION);
    let signed = signed.and_then(|value| value.to_str().ok()).and_then(scope);
    let (key, region) = signed.unwrap_or(("anonymous", region));
    let account = accounts.get(key).map_or(ACCOUNT, String::as_str);
    let caller = format!("arn:aws:iam::{account}:user/{key}");
    (Owner::new(account, region), caller)
}

/// The access key and the Region of `Credential=KEY/DATE/REGION/ecs/aws4_request`.
fn scope(authorization: &str) -> Option<(&str, &str)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let credential = credential.split([',', ' ']).next()?;
    let mut parts = credential.split('/');
    let key = parts.next()?;
    let region = parts.nth(1)?;
    Some((key, region))
}

pub(crate) fn answered(body: Vec<u8>, id: &str) -> Response<Body> {
    response(StatusCode::OK, body, id)
}

pub(crate) fn refused(exception: &Exception, id: &str) -> Response<Body> {
    let status = exception.http_status().unwrap_or(400);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = serde_json::to_vec(exception).unwrap_or_default();
    response(status, body, id)
}

pub(crate) fn page(html: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn response(status: StatusCode, body: Vec<u8>, id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
