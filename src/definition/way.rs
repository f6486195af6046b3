//! The ways to log in, and whether each has one login, for whoever writes a definition.

use super::approval::Approval;
use super::schema::Definition;

impl Definition {
    /// Of which exactly one is taken: those that the file lists, and those of its approvals that it does not.
    pub(crate) fn ways(&self) -> impl Iterator<Item = &[String]> {
        let is_listed = |way: &[String]| self.listed.iter().flatten().any(|name| way.contains(name));
        let browser = self.browser.iter().map(|browser| browser.way.as_slice());
        let device = self.device.iter().map(|device| device.way.as_slice());
        let listed = self.listed.iter().map(Vec::as_slice);
        listed.chain(browser.chain(device).filter(move |way| !is_listed(way)))
    }

    /// Nothing where there is no choice.
    pub(crate) fn first_way(&self) -> &[String] {
        self.ways().next().unwrap_or_default()
    }

    /// What a person does in this way.
    pub(crate) fn approval(&self, way: &[String]) -> Option<Approval<'_>> {
        let browser = self
            .browser
            .iter()
            .map(|browser| (&browser.way, Approval::Browser(browser)));
        let device = self.device.iter().map(|device| (&device.way, Approval::Device(device)));
        let mut approvals = browser.chain(device);
        approvals.find_map(|([own], approval)| way.contains(own).then_some(approval))
    }
}

/// One remark for each way without a login and for each with more than one.
pub(super) fn remarks(definition: &Definition) -> Vec<String> {
    let ways = definition.some_way().into_iter();
    ways.filter_map(|way| remark(definition, way)).collect()
}

fn remark(definition: &Definition, way: &[String]) -> Option<String> {
    let logins = || definition.login.iter();
    let own = logins().filter(|login| login.way.as_ref().is_some_and(|field| way.contains(field)));
    let common = logins().filter(|login| login.way.is_none());
    let which = match definition.fields_of_way(way).join("+") {
        name if name.is_empty() => "the login".to_owned(),
        name => format!("the way '{name}'"),
    };
    match (own.count(), common.count()) {
        (1, _) | (0, 1) => None,
        (0, 0) => Some(format!(
            "{which} has no [[login]]: none names a field of it in 'way', and none is without 'way'; the first of another way is \
             sent"
        )),
        (0, _) => Some(format!(
            "{which} has several [[login]] without 'way', of which the first is sent"
        )),
        (..) => Some(format!(
            "{which} has several [[login]] of its own, of which the first is sent"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::lint;

    fn said(ways: &str, logins: &[&str]) -> Vec<String> {
        let login = |key: &&str| format!("[[login]]\njson = {{ a = '{{a}}', b = '{{b}}' }}\n{key}\n");
        let logins = logins.iter().map(login).collect::<Vec<_>>().concat();
        let fields = ["a", "b"]
            .map(|name| format!("[[field]]\nname = '{name}'\nhelp = 'x'\n"))
            .concat();
        let text = format!("about = 'x'\nways = {ways}\n{fields}{logins}[answer]\ntoken = '/t'\n");
        remarks(&lint::prove(&text).unwrap())
    }

    #[test]
    fn a_way_has_a_login_of_its_own_or_the_common_one() {
        assert_eq!(said("[['a'], ['b']]", &["way = 'a'", "way = 'b'"]), [""; 0]);
        assert_eq!(said("[['a'], ['b']]", &["", "way = 'b'"]), [""; 0]);
        assert_eq!(said("[]", &[""]), [""; 0]);
        let none = said("[['a'], ['b']]", &["way = 'a'"]);
        assert!(
            none.len() == 1 && none[0].starts_with("the way 'b' has no [[login]]: "),
            "{none:?}"
        );
    }

    #[test]
    fn a_way_that_lists_nothing_is_of_what_its_login_alone_needs() {
        let field = |name: &str, more: &str| format!("[[field]]\nname = '{name}'\nhelp = 'x'\n{more}\n");
        let fields = [
            field("user", ""),
            field("site", "optional = true"),
            field("password", "secret = true"),
            field("code", "secret = true"),
        ];
        let text = format!(
            "about = 'x'\nways = [[], ['code']]\n{}[[login]]\njson = {{ u = '{{user}}', p = '{{password}}', s = '{{site}}' }}\n\
             [[login]]\nway = 'code'\njson = {{ u = '{{user}}', c = '{{code}}' }}\n[answer]\ntoken = '/t'\n",
            fields.concat()
        );
        let definition = lint::prove(&text).unwrap();
        assert_eq!(definition.fields_of_way(&[]), ["password"]);
        assert_eq!(definition.fields_of_way(&definition.listed[1]), ["code"]);
        assert_eq!(remarks(&definition).len(), 0);
    }

    #[test]
    fn a_second_login_of_a_way_is_never_sent() {
        for (ways, logins, which) in [
            (
                "[['a'], ['b']]",
                ["way = 'a'", "way = 'a'", ""],
                "the way 'a' has several [[login]] of its own",
            ),
            (
                "[['a'], ['b']]",
                ["way = 'a'", "", ""],
                "the way 'b' has several [[login]] without 'way'",
            ),
        ] {
            let said = said(ways, &logins);
            assert!(said.len() == 1 && said[0].starts_with(which), "{said:?}");
        }
        let said = said("[]", &["", ""]);
        assert!(
            said.len() == 1 && said[0].starts_with("the login has several"),
            "{said:?}"
        );
    }

    const BOTH: &str = "about = 'x'\n[browser]\npath = '/authorize'\n[browser.query]\ns = '{state}'\nc = '{code-challenge}'\n\
                        [device]\npath = '/device'\n\
                        [[login]]\nway = 'browser'\nform = { c = '{code}', v = '{code-verifier}' }\n\
                        [[login]]\nway = 'device'\nform = { d = '{device-code}' }\n[answer]\ntoken = '/t'\n";

    fn ways(text: &str) -> Vec<String> {
        let definition = lint::read(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        definition.ways().map(|way| way.join("+")).collect()
    }

    #[test]
    fn an_approval_is_a_way_without_being_listed_and_stands_where_it_is_listed() {
        assert_eq!(ways(BOTH), ["browser", "device"]);
        let field = "[[field]]\nname = 'pin'\nhelp = 'x'\n[[login]]\nway = 'pin'\nform = { p = '{pin}' }\n";
        assert_eq!(
            ways(&format!("ways = [['pin']]\n{BOTH}{field}")),
            ["pin", "browser", "device"]
        );
        assert_eq!(
            ways(&format!("ways = [['device'], ['pin']]\n{BOTH}{field}")),
            ["device", "pin", "browser"]
        );
    }
}
