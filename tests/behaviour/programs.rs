//! tok behind the programs that ask for tokens: git, cargo, skopeo, kubectl's client, systemd.
//!
//! Each talks to a server that wants the token: git's own HTTP backend, a registry of crates or of images, a cluster's API. The
//! program runs in the test's own world and is given the configuration that `tok helper` prints.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::harness::{Output, Tok, need};
use crate::real_servers;
use crate::stand_in::Server;

/// A server that wants a token, and who gets one for it.
struct World {
    vendor: Server,
    door: real_servers::Server,
    tok: Tok,
    good: PathBuf,
}

impl World {
    /// `back` is what the server has behind its door.
    fn new(kind: &str, back: &str) -> Self {
        let vendor = Server::start();
        let tok = Tok::new().vendor(&vendor).knows("modulus");
        let good = tok.folder().join("good");
        fs::write(&good, "").unwrap();
        let arguments = [good.to_str().unwrap(), kind, back];
        let door = real_servers::Server::start(&OsString::from("python3"), "protected.py", &arguments);
        let world = Self {
            vendor,
            door,
            tok,
            good,
        };
        world.serving("")
    }

    fn serving(mut self, more: &str) -> Self {
        let url = self.door.url("");
        self.tok = self.tok.config(&format!("[modulus]\nserves = ['{url}']\n{more}"));
        self
    }

    /// The server takes this token and no other.
    fn takes(&self, token: &str) {
        fs::write(&self.good, token).unwrap();
    }

    fn token(&self) -> String {
        self.tok.run(["modulus"]).ok().token()
    }

    /// What the server was asked and answered, as `GET /x 200 Bearer`.
    fn answered(&self) -> Vec<String> {
        let lines = self.door.running.stderr();
        lines
            .lines()
            .filter(|line| !line.starts_with("port "))
            .map(str::to_owned)
            .collect()
    }
}

mod git {
    use super::*;

    /// With a repository behind the door that has one commit.
    fn world() -> Option<World> {
        if !(need("git") && need("python3")) {
            return None;
        }
        let back = tempfile::tempdir().unwrap().keep();
        let world = World::new("git", back.to_str().unwrap());
        let script = format!(
            "git init -q --bare {0}/r.git && git -C {0}/r.git config http.receivepack true && git init -q w && cd w && \
             echo one >f && git add f && git commit -qm one && git push -q {0}/r.git HEAD:main && \
             git -C {0}/r.git symbolic-ref HEAD refs/heads/main",
            back.display()
        );
        let mut world = World {
            tok: world
                .tok
                .clone()
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("GIT_AUTHOR_NAME", "a")
                .env("GIT_AUTHOR_EMAIL", "a@example.com")
                .env("GIT_COMMITTER_NAME", "a")
                .env("GIT_COMMITTER_EMAIL", "a@example.com"),
            ..world
        };
        world.tok.sh(&script).ok();
        world.tok = world.tok.env("GIT_TERMINAL_PROMPT", "0");
        // The line that `tok helper git modulus` prints.
        let line = world.tok.run(["helper", "git", "modulus"]).ok().stdout;
        world.tok.sh(line.lines().nth(1).unwrap()).ok().quiet();
        Some(world)
    }

    fn git(world: &World, words: &str) -> Output {
        world.tok.sh(&format!("git {words}"))
    }

    #[test]
    fn git_clones_fetches_and_pushes_with_the_token_as_bearer() {
        let Some(world) = world() else { return };
        world.takes(&world.token());
        git(&world, &format!("clone -q {} c", world.door.url("/r.git"))).ok();
        let script =
            "cd c && test \"$(cat f)\" = one && echo two >f && git commit -qam two && git push -q && git fetch -q";
        world.tok.sh(script).ok();
        let answered = world.answered();
        assert!(
            answered
                .iter()
                .any(|line| line.starts_with("POST /r.git/git-receive-pack 200 ")),
            "{answered:?}"
        );
        let version = git(&world, "version").ok().stdout;
        let scheme = if takes_schemes(&version) { "Bearer" } else { "Basic" };
        let with_token = answered.iter().filter(|line| line.contains(" 200 "));
        assert!(with_token.clone().all(|line| line.ends_with(scheme)), "{answered:?}");
        assert!(with_token.count() > 3);
        world.vendor.only();
    }

    /// `git version 2.47.3`: since 2.46 git takes a scheme.
    fn takes_schemes(version: &str) -> bool {
        let numbers = version.trim().rsplit(' ').next().unwrap().split('.');
        numbers
            .take(2)
            .map(|part| part.parse::<u32>().unwrap())
            .collect::<Vec<_>>()
            >= vec![2, 46]
    }

    #[test]
    fn git_sends_basic_with_the_profiles_user_where_the_scheme_says_so() {
        let Some(world) = world() else { return };
        let world = world.serving("scheme = 'Basic'\nuser = 'ci'\n");
        world.takes(&world.token());
        git(&world, &format!("clone -q {} c", world.door.url("/r.git"))).ok();
        let answered = world.answered();
        assert!(answered.iter().any(|line| line.ends_with("200 Basic")), "{answered:?}");
        assert!(!answered.iter().any(|line| line.ends_with("Bearer")), "{answered:?}");
    }

    #[test]
    fn a_token_that_the_server_refuses_leads_to_one_new_login_and_a_second_try_that_works() {
        let Some(world) = world() else { return };
        let bad = world.token();
        let list = format!("ls-remote {}", world.door.url("/r.git"));
        git(&world, &list).exits(128).says("Authentication failed");
        world.vendor.only();
        // What the vendor gives from now on is good.
        let next = world.tok.run(["modulus"]).ok().token();
        assert_ne!(next, bad, "it was forgotten");
        world.takes(&next);
        git(&world, &list).ok();
        assert_eq!(world.vendor.requests().len(), 2);
    }

    #[test]
    fn git_goes_on_by_itself_where_nobody_serves() {
        let Some(world) = world() else { return };
        let other = World::new("git", "/nowhere");
        let url = other.door.url("/r.git");
        git(
            &world,
            &format!("-c credential.helper='!tok helper git' ls-remote {url}"),
        )
        .exits(128)
        .says("terminal prompts disabled");
        assert!(world.vendor.requests().is_empty() && other.vendor.requests().is_empty());
    }
}

#[test]
fn cargo_fetches_a_crate_from_a_registry_that_wants_the_token() {
    if !(need("cargo") && need("python3")) {
        return;
    }
    let back = tempfile::tempdir().unwrap();
    // A crate of one file, packed by cargo itself.
    let world = World::new("files", back.path().to_str().unwrap());
    let tok = world
        .tok
        .clone()
        .write(
            "one/Cargo.toml",
            "[package]\nname = 'one'\nversion = '1.0.0'\nedition = '2021'\n",
        )
        .write("one/src/lib.rs", "")
        .write("two/src/lib.rs", "");
    let tok = with_cargo(tok);
    tok.sh("cd ../one && cargo package --quiet --offline --no-verify --allow-dirty")
        .ok();
    let packed = fs::read(tok.folder().join("one/target/package/one-1.0.0.crate")).unwrap();
    let sum = tok.sh("sha256sum ../one/target/package/one-1.0.0.crate").ok().stdout;
    let sum = sum.split(' ').next().unwrap();
    let index = format!(
        "{{\"name\":\"one\",\"vers\":\"1.0.0\",\"deps\":[],\"cksum\":\"{sum}\",\"features\":{{}},\"yanked\":false}}\n"
    );
    fs::create_dir_all(back.path().join("3/o")).unwrap();
    fs::create_dir_all(back.path().join("one/1.0.0")).unwrap();
    fs::write(back.path().join("3/o/one"), index).unwrap();
    fs::write(back.path().join("one/1.0.0/download"), packed).unwrap();
    let config = r#"{"dl":"http://127.0.0.1:@PORT@","api":"http://127.0.0.1:@PORT@","auth-required":true}"#;
    fs::write(back.path().join("config.json"), config).unwrap();

    let lines = tok
        .run(["helper", "cargo", "modulus"])
        .ok()
        .stdout
        .replace("REGISTRY", "mine");
    let tok = tok.write("cargo/config.toml", &lines).write(
        "two/Cargo.toml",
        "[package]\nname = 'two'\nversion = '1.0.0'\nedition = '2021'\n[dependencies]\none = { version = '1', registry = 'mine' }\n",
    );
    world.takes(&world.token());
    tok.sh("cd ../two && cargo fetch --quiet").ok();
    let answered = world.answered();
    for path in ["/config.json", "/3/o/one", "/one/1.0.0/download"] {
        assert!(answered.contains(&format!("GET {path} 200 Bearer")), "{answered:?}");
    }
    world.vendor.only();
    // `scheme` is what stands before it.
    let world = world.serving("scheme = ''\n");
    tok.sh("rm -rf ../cargo/registry && cd ../two && cargo fetch --quiet")
        .ok();
    assert!(world.answered().contains(&"GET /config.json 200 alone".to_owned()));
}

/// The world's own cargo home, and the toolchain of the tests.
fn with_cargo(tok: Tok) -> Tok {
    let home = tok.folder().join("cargo");
    let mut tok = tok.env("CARGO_HOME", home);
    let rustup = std::env::var_os("RUSTUP_HOME")
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".rustup").into()));
    for (name, value) in [
        ("RUSTUP_HOME", rustup),
        ("RUSTUP_TOOLCHAIN", std::env::var_os("RUSTUP_TOOLCHAIN")),
    ] {
        if let Some(value) = value {
            tok = tok.env(name, value);
        }
    }
    tok
}

#[test]
fn skopeo_reads_an_image_from_a_registry_that_wants_the_token() {
    if !(need("skopeo") && need("docker-registry") && need("python3")) {
        return;
    }
    let registry = registry();
    let world = World::new("upstream", &format!("http://127.0.0.1:{}", registry.port));
    let tok = &world.tok;
    let bin = tok.folder().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tok"), bin.join("docker-credential-tok")).unwrap();
    let path = std::env::join_paths(
        [bin]
            .into_iter()
            .chain(std::env::split_paths(&tok.environment[std::ffi::OsStr::new("PATH")])),
    )
    .unwrap();
    let server = format!("127.0.0.1:{}", world.door.port);
    let tok = tok
        .clone()
        .env("PATH", path)
        .write("auth.json", &format!("{{\"credHelpers\":{{\"{server}\":\"tok\"}}}}"))
        .write("image/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
        .write("policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
    world.takes(&world.token());
    // An image with a layer of nothing, as skopeo copies it in.
    let tok = image(tok);
    let copy = format!(
        "skopeo --policy ../policy.json copy --authfile ../auth.json --dest-tls-verify=false oci:../image docker://{server}/x:1"
    );
    tok.sh(&copy).ok();
    let inspect = format!("skopeo inspect --authfile ../auth.json --tls-verify=false docker://{server}/x:1");
    let shown = tok.sh(&inspect).ok();
    assert!(shown.stdout.contains("\"Digest\""), "{shown}");
    let answered = world.answered();
    assert!(
        answered
            .iter()
            .any(|line| line.starts_with("GET /v2/x/manifests/1 200 Basic")),
        "{answered:?}"
    );
    world.vendor.only();
}

/// An empty image in the layout of the Open Container Initiative.
fn image(tok: Tok) -> Tok {
    let script = "cd ../image && mkdir -p blobs/sha256 && blob() { s=$(sha256sum \"$1\" | cut -d' ' -f1); \
        mv \"$1\" blobs/sha256/$s; echo $s; } && \
        echo '{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},\"config\":{}}' >c && \
        n=$(wc -c <c) && c=$(blob c) && \
        echo '{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:'$c'\",\"size\":'$n'},\"layers\":[]}' >m && \
        n=$(wc -c <m) && m=$(blob m) && \
        echo '{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:'$m'\",\"size\":'$n'}]}' >index.json";
    tok.sh(script).ok();
    tok
}

struct Registry {
    _running: crate::harness::Running,
    _world: Tok,
    port: u16,
}

fn registry() -> Registry {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let world = Tok::new();
    let world = world.write(
        "registry.yml",
        &format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: 127.0.0.1:{port}\n  relativeurls: true\n",
            Tok::folder(&Tok::new()).display()
        ),
    );
    let running = world.start_program("docker-registry", ["serve", "../registry.yml"]);
    crate::harness::until("a registry", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    Registry {
        _running: running,
        _world: world,
        port,
    }
}

#[test]
fn a_client_of_kubernetes_gets_the_token_with_the_lines_that_tok_prints() {
    let Some(python) = real_servers::installed("TOK_TEST_DJANGO") else {
        return;
    };
    let back = tempfile::tempdir().unwrap();
    fs::create_dir_all(back.path().join("api/v1")).unwrap();
    let list = r#"{"kind":"NamespaceList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"mine"}}]}"#;
    fs::write(back.path().join("api/v1/namespaces"), list).unwrap();
    let world = World::new("files", back.path().to_str().unwrap());
    world.takes(&world.token());
    let user = world.tok.run(["helper", "kubernetes", "modulus"]).ok().stdout;
    let (_, user) = user.split_once('\n').unwrap();
    let config = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: k\n  cluster:\n    server: {}\ncontexts:\n\
         - name: c\n  context:\n    cluster: k\n    user: tok\nusers:\n{user}",
        world.door.url("")
    );
    let tok = world.tok.clone().write("kubeconfig", &config);
    let script = "from kubernetes import client, config; config.load_kube_config('../kubeconfig'); \
                  print([space.metadata.name for space in client.CoreV1Api().list_namespace().items])";
    tok.program(python.to_str().unwrap(), ["-c", script])
        .ok()
        .prints("['mine']\n");
    assert_eq!(world.answered(), ["GET /api/v1/namespaces 200 Bearer"]);
    world.vendor.only();
}
