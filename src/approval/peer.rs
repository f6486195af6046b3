//! Whose program it is that connected to the listener.
//!
//! Another user of the machine can read where tok listens, and for what, in the arguments of the program that opens the
//! browser, and could bring a code of their own. The kernel's table of connections says whose the other end is. It must still
//! be open: what is closed belongs to nobody there. On systems without the table everybody is taken for the person.

use std::net::TcpStream;

/// Whether it is a program of this user, or of root.
#[cfg(target_os = "linux")]
pub(super) fn is_of_this_user(stream: &TcpStream) -> bool {
    linux::is_of_this_user(stream)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_of_this_user(_: &TcpStream) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod linux {
    use std::net::{SocketAddr, SocketAddrV4, TcpStream};
    use std::{env, fs};

    const TABLE: &str = "/proc/net/tcp";
    /// Absent where there is no IPv6. A program may connect to an IPv4 address with such a socket.
    const TABLE_OF_IPV6: &str = "/proc/net/tcp6";

    /// A table that changes while it is read may lack a line.
    const TIMES: usize = 3;

    const ROOT: u32 = 0;

    pub(super) fn is_of_this_user(stream: &TcpStream) -> bool {
        let (Ok(SocketAddr::V4(peer)), Ok(SocketAddr::V4(own))) = (stream.peer_addr(), stream.local_addr()) else {
            return false;
        };
        for _ in 0..TIMES {
            let Ok(table) = fs::read_to_string(TABLE) else {
                return true;
            };
            let of_ipv6 = || fs::read_to_string(TABLE_OF_IPV6).ok();
            let owner = owner(&table, peer, own).or_else(|| owner(&of_ipv6()?, peer, own));
            if let Some(owner) = owner {
                return owner == ROOT || owner == rustix::process::geteuid().as_raw();
            }
        }
        // What Windows connects to Linux within it stands in no table of Linux.
        env::var_os("WSL_DISTRO_NAME").is_some()
    }

    /// The user who has the socket at this end of a connection open.
    fn owner(table: &str, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u32> {
        let same = |text: &str, address: SocketAddrV4| written(address).iter().any(|written| written == text);
        table.lines().find_map(|line| {
            let mut columns = line.split_ascii_whitespace().skip(1);
            let is_it = same(columns.next()?, local) && same(columns.next()?, remote);
            // Between them: state, queues, timer, retransmissions; then the timeout.
            let (user, inode) = (columns.nth(4)?, columns.nth(1)?);
            // What is closed has no inode, and seems to be root's.
            (is_it && inode != "0").then(|| user.parse().ok())?
        })
    }

    /// As both tables write it: each four bytes as a number of this machine.
    fn written(address: SocketAddrV4) -> [String; 2] {
        let number = |bytes| format!("{:08X}", u32::from_ne_bytes(bytes));
        let (ip, port) = (number(address.ip().octets()), address.port());
        let mapped = number([0, 0, 0xff, 0xff]);
        [format!("{ip}:{port:04X}"), format!("{:016}{mapped}{ip}:{port:04X}", 0)]
    }

    #[cfg(test)]
    mod tests {
        use std::io::Write;
        use std::net::TcpListener;
        use std::time::{Duration, Instant};

        use super::*;

        fn at(port: u16) -> SocketAddrV4 {
            SocketAddrV4::new([127, 0, 0, 1].into(), port)
        }

        #[test]
        #[cfg(target_endian = "little")]
        fn the_table_says_who_has_the_other_end_open() {
            let head =
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
            let line = |local: &str, remote: &str, user: u32, inode: u32| {
                format!(
                    "   7: {local} {remote} 01 00000000:00000000 00:00000000 00000000 {user:5}        0 {inode} 1 0 20\n"
                )
            };
            let (own, peer) = ("0100007F:1F90", "0100007F:C001");
            let found = |lines: &[String]| owner(&(head.to_owned() + &lines.concat()), at(0xc001), at(0x1f90));
            assert_eq!(found(&[line(own, peer, 1, 5), line(peer, own, 1000, 6)]), Some(1000));
            assert_eq!(found(&[line(own, peer, 1, 5)]), None, "the own end");
            assert_eq!(found(&[line(peer, own, 0, 0)]), None, "closed");
            assert_eq!(found(&[line(peer, "0100007F:1F91", 1, 5)]), None, "to another");
            assert_eq!(found(&["   8: cut\n".to_owned()]), None);
            let mapped = |text: &str| format!("0000000000000000FFFF0000{text}");
            assert_eq!(found(&[line(&mapped(peer), &mapped(own), 33, 6)]), Some(33));
        }

        #[test]
        fn ones_own_connection_is_known_while_it_is_open() {
            let listener = TcpListener::bind(at(0)).unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (stream, _) = listener.accept().unwrap();
            assert!(is_of_this_user(&stream));
            client.write_all(b"x").unwrap();
            client.shutdown(std::net::Shutdown::Write).unwrap();
            assert!(is_of_this_user(&stream));
            drop(client);
            if env::var_os("WSL_DISTRO_NAME").is_some() {
                return;
            }
            let end = Instant::now() + Duration::from_secs(5);
            while is_of_this_user(&stream) {
                assert!(Instant::now() < end);
            }
        }
    }
}
