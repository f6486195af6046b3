# Completes the command lines of tok in Elvish: put `eval (tok completions elvish | slurp)` into rc.elv.
#
# It asks tok for nothing but the user's own vendors and profiles.

use str

# Made from the commands: TOK_UPDATE=1 cargo test scripts
var _tok_commands = [
    'env|Print code that sets the vendor''s variable, for `eval "$(tok env VENDOR)"`'
    'exec|Run a command with the vendors'' variables set'
    'keep|Keep a file with valid tokens until it is ended, for programs that run longer than a token'
    'helper|Answer git, docker, kubectl, cargo or bazel, or print the lines that have them ask'
    'login|Ask for credentials, try them and keep them'
    'logout|Forget a profile''s secret, its tokens and its hold; its plain fields stay'
    'status|Show what is configured and cached, and how long it still lasts'
    'vendors|List the vendors, print the definition of one, or check a file of your own'
    'demo|Show the whole job against a stand-in on this machine, without an account'
    'completions|Print the script that completes tok''s command lines in a shell'
]
var _tok_vendors = [
    'crmcom|CRM.COM customer and subscription management'
    'data8|Data8 data quality services'
    'exchange|OAuth2 token exchange (RFC 8693)'
    'githubapp|GitHub, as an installation of a GitHub App'
    'google|Google APIs, as a service account'
    'jmvstream|Jmvstream video and radio streaming'
    'modulus|modulus business suite'
    'oauth2|OAuth2 client credentials (RFC 6749 section 4.4)'
    'oidc|OpenID Connect: a person logs in at the issuer, in a browser or with a code on another device'
    'starship|Starship Rewards'
]
var _tok_rows = [
    ',,||command|'
    ',,VENDOR,completions,demo,env,env VENDOR,exec,keep,login,login VENDOR,logout,status,vendors,|-h --help||Print help'
    ',,|-V --version||Print version'
    ',crmcom,env crmcom,login crmcom,|--organisation|any|Organisation to log in to [TOK_CRMCOM_ORGANISATION]'
    ',crmcom,env crmcom,login crmcom,|--unit|any|ID of the unit to log in to; the user''s default unit without it [TOK_CRMCOM_UNIT]'
    ',crmcom,env crmcom,login crmcom,|--username|any|User of the back office [TOK_CRMCOM_USERNAME]'
    ',crmcom,env crmcom,login crmcom,|--password-stdin||Password of that user: the first line of standard input [TOK_CRMCOM_PASSWORD]'
    ',crmcom,env crmcom,env modulus,login crmcom,login modulus,modulus,|--password-file|file|Password of that user: the first line of a file'
    ',crmcom,env crmcom,login crmcom,|--authentication-code-stdin||Authentication code of an access token: the first line of standard input [TOK_CRMCOM_AUTHENTICATION_CODE]'
    ',crmcom,env crmcom,login crmcom,|--authentication-code-file|file|Authentication code of an access token: the first line of a file'
    ',crmcom,env crmcom,login crmcom,|--identifier|any|Identifier of an access token [TOK_CRMCOM_IDENTIFIER]'
    ',crmcom,env crmcom,login crmcom,|--pass-code-stdin||Pass code of that access token: the first line of standard input [TOK_CRMCOM_PASS_CODE]'
    ',crmcom,env crmcom,login crmcom,|--pass-code-file|file|Pass code of that access token: the first line of a file'
    ',crmcom,env crmcom,login crmcom,|--url|any|Base URL of the API, as https://crmcom.example.com/api; logins go to /authentication/token below it [TOK_CRMCOM_URL]'
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|-p --profile|profile|Use this profile of the config file [TOK_PROFILE]'
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|--fresh||Log in anew, whatever is cached'
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|--min-ttl|any|Give no token that ends sooner than this, as 90s, 15m or 1h30m'
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|--no-cache||Neither read nor keep a token'
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,|--no-input||Never ask, never open a dialog [TOK_NO_INPUT]'
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,|--timeout|any|Limit for the whole call without the time a person takes, 30 s by default [TOK_TIMEOUT]'
    ',crmcom,env crmcom,login crmcom,|--variable|any|Name of the variable, CRMCOM_TOKEN by default'
    ',VENDOR,|-f --format|=token header curl json claims authorization http netrc|Print it as token, header, curl, json, claims, authorization, http, netrc; token by default'
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,logout,status,|-v --verbose||Say why each step is taken, on standard error'
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,logout,status,|-q --quiet||Say only errors'
    ',data8,env data8,login data8,|--username|any|Login name on the Data8 web site [TOK_DATA8_USERNAME]'
    ',data8,env data8,login data8,|--password-stdin||Password on the Data8 web site: the first line of standard input [TOK_DATA8_PASSWORD]'
    ',data8,env data8,login data8,|--password-file|file|Password on the Data8 web site: the first line of a file'
    ',data8,env data8,login data8,|--lifetime|any|How long the token shall be valid, 1h by default [TOK_DATA8_LIFETIME]'
    ',data8,env data8,login data8,|--client-ip|any|The only address that may use the token [TOK_DATA8_CLIENT_IP]'
    ',data8,env data8,login data8,|--allowed-method|any|The only services that the token is for, as Service or Service.Method [TOK_DATA8_ALLOWED_METHOD]'
    ',data8,env data8,login data8,|--max-credits|any|How many credits the token may use up [TOK_DATA8_MAX_CREDITS]'
    ',data8,env data8,login data8,|--application-name|any|Name of the caller in the usage reports, tok by default [TOK_DATA8_APPLICATION_NAME]'
    ',data8,env data8,login data8,|--url|any|Base URL of the API, https://webservices.data-8.co.uk by default [TOK_DATA8_URL]'
    ',data8,env data8,login data8,|--variable|any|Name of the variable, DATA8_TOKEN by default'
    ',env exchange,exchange,login exchange,|--subject-token-stdin||JWT that is exchanged, such as a CI job''s identity token: the first line of standard input [TOK_EXCHANGE_SUBJECT_TOKEN]'
    ',env exchange,exchange,login exchange,|--subject-token-file|file|JWT that is exchanged, such as a CI job''s identity token: the first line of a file'
    ',env exchange,exchange,login exchange,|--audience|any|Logical name of the service that the token is for [TOK_EXCHANGE_AUDIENCE]'
    ',env exchange,exchange,login exchange,|--scope|any|Scopes to ask for, separated by blanks [TOK_EXCHANGE_SCOPE]'
    ',env exchange,exchange,login exchange,|--resource|any|URI of the service that the token is for [TOK_EXCHANGE_RESOURCE]'
    ',env exchange,exchange,login exchange,|--client-id|any|Client identifier, where the server wants one [TOK_EXCHANGE_CLIENT_ID]'
    ',env exchange,exchange,login exchange,|--client-secret-stdin||Secret of that client, sent by HTTP Basic: the first line of standard input [TOK_EXCHANGE_CLIENT_SECRET]'
    ',env exchange,exchange,login exchange,|--client-secret-file|file|Secret of that client, sent by HTTP Basic: the first line of a file'
    ',env exchange,exchange,login exchange,|--url|any|Address that logins are sent to, as https://exchange.example.com/token [TOK_EXCHANGE_URL]'
    ',env exchange,exchange,login exchange,|--variable|any|Name of the variable, EXCHANGE_TOKEN by default'
    ',env githubapp,githubapp,login githubapp,|--app-id|any|Client ID or App ID, from the app''s settings [TOK_GITHUBAPP_APP_ID]'
    ',env githubapp,githubapp,login githubapp,|--installation-id|any|Number of the installation, the last part of the URL of its settings [TOK_GITHUBAPP_INSTALLATION_ID]'
    ',env githubapp,githubapp,login githubapp,|--private-key-stdin||Private key of the app, as GitHub gives it (PEM): all of standard input [TOK_GITHUBAPP_PRIVATE_KEY]'
    ',env githubapp,githubapp,login githubapp,|--private-key-file|file|Private key of the app, as GitHub gives it (PEM): all of a file'
    ',env githubapp,githubapp,login githubapp,|--url|any|Base URL of the API, https://api.github.com by default [TOK_GITHUBAPP_URL]'
    ',env githubapp,githubapp,login githubapp,|--variable|any|Name of the variable, GITHUBAPP_TOKEN by default'
    ',env google,google,login google,|--key-stdin||Key file of the service account, JSON: all of standard input [TOK_GOOGLE_KEY]'
    ',env google,google,login google,|--key-file|file|Key file of the service account, JSON: all of a file'
    ',env google,google,login google,|--scope|any|Scopes to ask for, separated by blanks [TOK_GOOGLE_SCOPE]'
    ',env google,google,login google,|--url|any|Base URL of the API, https://oauth2.googleapis.com by default [TOK_GOOGLE_URL]'
    ',env google,google,login google,|--variable|any|Name of the variable, GOOGLE_TOKEN by default'
    ',env jmvstream,jmvstream,login jmvstream,|--email|any|Email address of the login [TOK_JMVSTREAM_EMAIL]'
    ',env jmvstream,jmvstream,login jmvstream,|--password-stdin||Password of that login: the first line of standard input [TOK_JMVSTREAM_PASSWORD]'
    ',env jmvstream,jmvstream,login jmvstream,|--password-file|file|Password of that login: the first line of a file'
    ',env jmvstream,jmvstream,login jmvstream,|--resource|any|UUID of the application, found on the HUB [TOK_JMVSTREAM_RESOURCE]'
    ',env jmvstream,jmvstream,login jmvstream,|--url|any|Base URL of the API, https://api.jmvstream.com by default [TOK_JMVSTREAM_URL]'
    ',env jmvstream,jmvstream,login jmvstream,|--variable|any|Name of the variable, JMVSTREAM_TOKEN by default'
    ',env modulus,login modulus,modulus,|--account|any|Sub-domain of the account, as in ACCOUNT.modulus.biz [TOK_MODULUS_ACCOUNT]'
    ',env modulus,login modulus,modulus,|--username|any|User that may call the API [TOK_MODULUS_USERNAME]'
    ',env modulus,login modulus,modulus,|--password-stdin||Password of that user: the first line of standard input [TOK_MODULUS_PASSWORD]'
    ',env modulus,login modulus,modulus,|--url|any|Base URL of the API, https://{account}.modulus.biz by default [TOK_MODULUS_URL]'
    ',env modulus,login modulus,modulus,|--variable|any|Name of the variable, MODULUS_TOKEN by default'
    ',env oauth2,login oauth2,oauth2,|--client-id|any|Client identifier [TOK_OAUTH2_CLIENT_ID]'
    ',env oauth2,login oauth2,oauth2,|--client-secret-stdin||Client secret, sent by HTTP Basic: the first line of standard input [TOK_OAUTH2_CLIENT_SECRET]'
    ',env oauth2,login oauth2,oauth2,|--client-secret-file|file|Client secret, sent by HTTP Basic: the first line of a file'
    ',env oauth2,login oauth2,oauth2,|--private-key-stdin||RSA key of the client, which signs an assertion (RFC 7523 section 2.2): all of standard input [TOK_OAUTH2_PRIVATE_KEY]'
    ',env oauth2,login oauth2,oauth2,|--private-key-file|file|RSA key of the client, which signs an assertion (RFC 7523 section 2.2): all of a file'
    ',env oauth2,login oauth2,oauth2,|--key-id|any|Identifier of that key, where the server knows several [TOK_OAUTH2_KEY_ID]'
    ',env oauth2,login oauth2,oauth2,|--identity-token-stdin||Identity token of a CI job, sent as an assertion (RFC 7523 section 2.2): the first line of standard input [TOK_OAUTH2_IDENTITY_TOKEN]'
    ',env oauth2,login oauth2,oauth2,|--identity-token-file|file|Identity token of a CI job, sent as an assertion (RFC 7523 section 2.2): the first line of a file'
    ',env oauth2,login oauth2,oauth2,|--scope|any|Scopes to ask for, separated by blanks [TOK_OAUTH2_SCOPE]'
    ',env oauth2,login oauth2,oauth2,|--audience|any|API that the token is for, where the server wants it named [TOK_OAUTH2_AUDIENCE]'
    ',env oauth2,login oauth2,oauth2,|--url|any|Address that logins are sent to, as https://oauth2.example.com/token [TOK_OAUTH2_URL]'
    ',env oauth2,login oauth2,oauth2,|--variable|any|Name of the variable, OAUTH2_TOKEN by default'
    ',env oidc,login oidc,oidc,|--client-id|any|Client identifier, of a client that the issuer lets redirect to loopback [TOK_OIDC_CLIENT_ID]'
    ',env oidc,login oidc,oidc,|--client-secret-stdin||Client secret, where the client has one, sent by HTTP Basic: the first line of standard input [TOK_OIDC_CLIENT_SECRET]'
    ',env oidc,login oidc,oidc,|--client-secret-file|file|Client secret, where the client has one, sent by HTTP Basic: the first line of a file'
    ',env oidc,login oidc,oidc,|--scope|any|Scopes to ask for, separated by blanks, openid offline_access by default [TOK_OIDC_SCOPE]'
    ',env oidc,login oidc,oidc,|--audience|any|API that the token is for, where the issuer wants it named [TOK_OIDC_AUDIENCE]'
    ',env oidc,login oidc,oidc,|--login-hint|any|Who will log in, for the issuer''s page [TOK_OIDC_LOGIN_HINT]'
    ',env oidc,login oidc,oidc,|--url|any|The issuer, as https://oidc.example.com; the addresses come from its discovery document [TOK_OIDC_URL]'
    ',env oidc,login oidc,oidc,|--variable|any|Name of the variable, OIDC_TOKEN by default'
    ',env oidc,login oidc,oidc,|--browser||Have the login approved in a browser'
    ',env oidc,login oidc,oidc,|--device||Have the login approved with a code, on any other device'
    ',env starship,login starship,starship,|--username|any|API user from the dashboard (of the sandbox with --url https://api-playground.starshiprewards.com) [TOK_STARSHIP_USERNAME]'
    ',env starship,login starship,starship,|--password-stdin||API password of that user: the first line of standard input [TOK_STARSHIP_PASSWORD]'
    ',env starship,login starship,starship,|--password-file|file|API password of that user: the first line of a file'
    ',env starship,login starship,starship,|--url|any|Base URL of the API, https://api.starshiprewards.com by default [TOK_STARSHIP_URL]'
    ',env starship,login starship,starship,|--variable|any|Name of the variable, STARSHIP_TOKEN by default'
    ',env,login,||target|'
    ',env VENDOR,|-f --format|=posix fish powershell nushell elvish tcsh cmd dotenv json github azure gitlab docker systemd|Print it as posix, fish, powershell, nushell, elvish, tcsh, cmd, dotenv, json, github, azure, gitlab, docker, systemd; posix by default'
    ',exec,||targets|Get the tokens of these vendors, as VENDOR or VENDOR@PROFILE'
    ',exec,|--keep||Stay, and keep valid tokens in files while the command runs'
    ',exec,keep,|--variable|any|Name of the variable, the vendor''s own by default'
    ',keep,||targets|Keep the tokens of these vendors, as VENDOR or VENDOR@PROFILE'
    ',keep,|--file|file|Keep the tokens in this file, for your eyes only'
    ',keep,|--exec|any|Have the shell run this after each change'
    ',keep,|-f --format|=token header curl json claims authorization http netrc posix fish powershell nushell elvish tcsh cmd dotenv azure gitlab docker systemd|Print it as token, header, curl, json, claims, authorization, http, netrc, posix, fish, powershell, nushell, elvish, tcsh, cmd, dotenv, azure, gitlab, docker, systemd; token by default'
    ',helper,||=git docker kubernetes cargo bazel|How the program asks: git, docker, kubernetes, cargo, bazel'
    ',helper,||targets|Whose token, as VENDOR or VENDOR@PROFILE; the program appends what it wants, as get'
    ',helper,|-h --help||Print help (see more with ''--help'')'
    ',login VENDOR,|--no-verify||Keep the credentials without trying them'
    ',demo,logout,status,||target|Only this vendor, as VENDOR or VENDOR@PROFILE'
    ',logout,|--all||Forget every profile and every token of the vendor'
    ',logout,|--revoke||Have the vendor end the tokens first, where it can'
    ',logout,|--key||Forget the key of the cached tokens, and with it every one of them'
    ',status,|-f --format|=table json|Print a table for people or JSON for programs'
    ',vendors,||vendor|Print this vendor''s definition'
    ',vendors check,||file|Behind `check`: read this file, or this vendor''s, explain each mistake and run its examples'
    ',vendors check,|--show||Behind `check`: print each request as it would be sent, with *** for what is secret, and send nothing'
    ',completions,||=bash zsh fish elvish powershell|Print the script for bash, zsh, fish, elvish, powershell'
]
# Until here.

# Own vendors and profiles, or the rows of an own vendor's place; nothing where tok is not found.
fn _tok-own {|@place|
    try { e:tok completions --own $@place | from-lines } catch e { }
}

# Puts the rows of a place, each a list of names, value and help.
fn _tok-at {|@place|
    var here = (str:join ' ' $place)
    var general = $here
    for row $_tok_vendors {
        if (and (> (count $place) 0) (str:has-prefix $row $place[-1]'|')) {
            set general = (str:join ' ' [(all $place[..-1]) VENDOR])
        }
    }
    var found = [(
        for row $_tok_rows {
            var places names value help = (str:split &max=4 '|' $row)
            if (or (str:contains $places ','$here',') (str:contains $places ','$general',')) {
                put [[(str:split ' ' $names)] $value $help]
            }
        }
    )]
    if (== (count $found) 0) {
        _tok-own $@place | each {|row|
            var names value help = (str:split &max=3 '|' $row)
            put [[(str:split ' ' $names)] $value $help]
        }
    } else {
        all $found
    }
}

# Puts what follows a name; the empty name is what stands without one.
fn _tok-value {|name rows|
    for row $rows {
        if (has-value $row[0] $name) {
            put $row[1]
            return
        }
    }
    put ''
}

fn _tok-described {|rows|
    for row $rows {
        var name about = (str:split &max=2 '|' $row)
        edit:complex-candidate $name &display=$name'  '$about
    }
}

fn _tok {|@words|
    var cur = $words[-1]
    var rows = [(_tok-at '')]
    var place = []
    var start vendor value = '' '' ''
    var given taken = $false ''
    var behind = -1

    for i [(range 1 (- (count $words) 1))] {
        var word = $words[$i]
        if (>= $behind 0) {
            continue
        } elif (not-eq $taken '') {
            set taken = ''
        } elif (eq $word --) {
            set behind = $i
        } elif (str:has-prefix $word -) {
            if (not (str:contains $word =)) {
                set taken = (_tok-value $word $rows)
            }
        } elif (has-value ['' env login] (str:join ' ' $place)) {
            set vendor = [(str:split &max=2 @ $word)][0]
            set place = [$@place $vendor]
            set rows = [(_tok-at $@place)]
        } elif (eq [$@place $word] [vendors check]) {
            set place = [vendors check]
            set rows = [(_tok-at $@place)]
        } else {
            set given = $true
            if (eq $place [exec]) {
                set vendor = [(str:split &max=2 @ $word)][0]
            }
        }
    }

    if (>= $behind 0) {
        # Another program's words.
        edit:complete-sudo (all $words[$behind..])
        return
    } elif (not-eq $taken '') {
        set value = $taken
    } elif (and (str:has-prefix $cur -) (str:contains $cur =)) {
        set start = [(str:split &max=2 = $cur)][0]
        set value = (_tok-value $start $rows)
        set start = $start'='
    } elif (not (str:has-prefix $cur -)) {
        set value = (_tok-value '' $rows)
        if (and $given (not-eq $value targets)) {
            set value = ''
        }
    }

    if (str:has-prefix $value =) {
        str:split ' ' $value[1..] | each {|word| put $start$word }
    } elif (eq $value file) {
        edit:complete-filename $cur[(count $start)..] | each {|file|
            edit:complex-candidate $start$file[stem] &code-suffix=$file[code-suffix]
        }
    } elif (eq $value profile) {
        _tok-own | each {|own|
            if (str:has-prefix $own $vendor'@') {
                put $start$own[(+ 1 (count $vendor))..]
            }
        }
    } elif (eq $value '') {
        for row $rows {
            for name $row[0] {
                if (not-eq $name '') {
                    edit:complex-candidate $name &display=$name'  '$row[2]
                }
            }
        }
    } elif (not-eq $value any) {
        if (eq $value command) {
            _tok-described $_tok_commands
        }
        if (eq $value vendor) {
            put check
        }
        _tok-described $_tok_vendors
        _tok-own | each {|own|
            if (or (not-eq $value vendor) (not (str:contains $own @))) {
                put $own
            }
        }
    }
}

set edit:completion:arg-completer[tok] = $_tok~
