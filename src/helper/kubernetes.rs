//! Credential plugins of Kubernetes clients, `client.authentication.k8s.io`
//! (<https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins>).
//!
//! The question stands in a variable. A client cannot say that a token was bad; at a refusal it asks again for what it has.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Asked, Conversation, MOST, Place, Protocol};
use crate::error::{Error, Result};

/// What the client puts the question into.
const QUESTION: &str = "KUBERNETES_EXEC_INFO";

pub(super) const KUBERNETES: Protocol = Protocol {
    name: "kubernetes",
    about: "Credential plugins of kubectl and other clients of Kubernetes",
    program: None,
    variable: Some(QUESTION),
    goes_on: false,
    operations: &[],
    lines: |target, _| {
        format!(
            "# in ~/.kube/config, below users:\n\
             - name: tok\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: tok\n      \
             args: [helper, kubernetes, {target}]\n      interactiveMode: IfAvailable\n      provideClusterInfo: true\n"
        )
    },
    speak,
    line: None,
};

#[derive(Deserialize)]
struct Question {
    #[serde(rename = "apiVersion")]
    version: String,
    #[serde(default)]
    spec: Spec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    interactive: bool,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(default)]
    server: String,
}

const VERSIONS: [&str; 2] = [
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
];

fn speak(conversation: &mut Conversation) -> Result<()> {
    let wrong = |why: &str| Error::usage(format!("{QUESTION}: {why}"));
    let text = std::env::var_os(QUESTION).ok_or_else(|| wrong("it is not set"))?;
    let text = text.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MOST) {
        return Err(wrong("it is longer than 1 MiB"));
    }
    let question: Question = serde_json::from_str(text).map_err(|_| wrong("it is no ExecCredential"))?;
    if !VERSIONS.contains(&question.version.as_str()) {
        let version = question.version.escape_debug();
        return Err(wrong(&format!(
            "apiVersion '{version}' is not one of {}",
            VERSIONS.join(", ")
        )));
    }
    let place = question
        .spec
        .cluster
        .map_or(Place::Unknown, |cluster| Place::of(&cluster.server));
    let asked = Asked {
        may_ask: question.spec.interactive,
        ..Asked::at(place)
    };
    let Some(credential) = conversation.tokens.get(&asked)? else {
        return Err(Error::usage("kubernetes: no profile serves this cluster")
            .with_hint("serves in the profile names the cluster's address"));
    };
    let end = credential.expires_at.and_then(|end| Timestamp::from_second(end).ok());
    let mut status = json!({ "token": credential.token.expose() });
    if let (Some(end), Some(status)) = (end, status.as_object_mut()) {
        status.insert("expirationTimestamp".to_owned(), end.to_string().into());
    }
    let answer = json!({ "apiVersion": question.version, "kind": "ExecCredential", "status": status });
    conversation.say(&format!("{answer}\n"))
}
