# Completes the command lines of tok in fish.
#
# It asks tok for nothing but the user's own vendors and profiles.

# Made from the commands: TOK_UPDATE=1 cargo test scripts
set -g _tok_commands \
    'env|Print code that sets the vendor\'s variable, for `eval "$(tok env VENDOR)"`' \
    'exec|Run a command with the vendors\' variables set' \
    'keep|Keep a file with valid tokens until it is ended, for programs that run longer than a token' \
    'helper|Answer git, docker, kubectl, cargo or bazel, or print the lines that have them ask' \
    'login|Ask for credentials, try them and keep them' \
    'logout|Forget a profile\'s secret, its tokens and its hold; its plain fields stay' \
    'status|Show what is configured and cached, and how long it still lasts' \
    'vendors|List the vendors, print the definition of one, or check a file of your own' \
    'demo|Show the whole job against a stand-in on this machine, without an account' \
    'completions|Print the script that completes tok\'s command lines in a shell'
set -g _tok_vendors \
    'crmcom|CRM.COM customer and subscription management' \
    'data8|Data8 data quality services' \
    'exchange|OAuth2 token exchange (RFC 8693)' \
    'githubapp|GitHub, as an installation of a GitHub App' \
    'google|Google APIs, as a service account' \
    'jmvstream|Jmvstream video and radio streaming' \
    'modulus|modulus business suite' \
    'oauth2|OAuth2 client credentials (RFC 6749 section 4.4)' \
    'oidc|OpenID Connect: a person logs in at the issuer, in a browser or with a code on another device' \
    'starship|Starship Rewards'
set -g _tok_rows \
    ',,||command|' \
    ',,VENDOR,completions,demo,env,env VENDOR,exec,keep,login,login VENDOR,logout,status,vendors,|-h --help||Print help' \
    ',,|-V --version||Print version' \
    ',crmcom,env crmcom,login crmcom,|--organisation|any|Organisation to log in to [TOK_CRMCOM_ORGANISATION]' \
    ',crmcom,env crmcom,login crmcom,|--unit|any|ID of the unit to log in to; the user\'s default unit without it [TOK_CRMCOM_UNIT]' \
    ',crmcom,env crmcom,login crmcom,|--username|any|User of the back office [TOK_CRMCOM_USERNAME]' \
    ',crmcom,env crmcom,login crmcom,|--password-stdin||Password of that user: the first line of standard input [TOK_CRMCOM_PASSWORD]' \
    ',crmcom,env crmcom,env modulus,login crmcom,login modulus,modulus,|--password-file|file|Password of that user: the first line of a file' \
    ',crmcom,env crmcom,login crmcom,|--authentication-code-stdin||Authentication code of an access token: the first line of standard input [TOK_CRMCOM_AUTHENTICATION_CODE]' \
    ',crmcom,env crmcom,login crmcom,|--authentication-code-file|file|Authentication code of an access token: the first line of a file' \
    ',crmcom,env crmcom,login crmcom,|--identifier|any|Identifier of an access token [TOK_CRMCOM_IDENTIFIER]' \
    ',crmcom,env crmcom,login crmcom,|--pass-code-stdin||Pass code of that access token: the first line of standard input [TOK_CRMCOM_PASS_CODE]' \
    ',crmcom,env crmcom,login crmcom,|--pass-code-file|file|Pass code of that access token: the first line of a file' \
    ',crmcom,env crmcom,login crmcom,|--url|any|Base URL of the API, as https://crmcom.example.com/api; logins go to /authentication/token below it [TOK_CRMCOM_URL]' \
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|-p --profile|profile|Use this profile of the config file [TOK_PROFILE]' \
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|--fresh||Log in anew, whatever is cached' \
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|--min-ttl|any|Give no token that ends sooner than this, as 90s, 15m or 1h30m' \
    ',VENDOR,env VENDOR,exec,keep,login VENDOR,|--no-cache||Neither read nor keep a token' \
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,|--no-input||Never ask, never open a dialog [TOK_NO_INPUT]' \
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,|--timeout|any|Limit for the whole call without the time a person takes, 30 s by default [TOK_TIMEOUT]' \
    ',crmcom,env crmcom,login crmcom,|--variable|any|Name of the variable, CRMCOM_TOKEN by default' \
    ',VENDOR,|-f --format|=token header curl json claims authorization http netrc|Print it as token, header, curl, json, claims, authorization, http, netrc; token by default' \
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,logout,status,|-v --verbose||Say why each step is taken, on standard error' \
    ',VENDOR,env VENDOR,exec,helper,keep,login VENDOR,logout,status,|-q --quiet||Say only errors' \
    ',data8,env data8,login data8,|--username|any|Login name on the Data8 web site [TOK_DATA8_USERNAME]' \
    ',data8,env data8,login data8,|--password-stdin||Password on the Data8 web site: the first line of standard input [TOK_DATA8_PASSWORD]' \
    ',data8,env data8,login data8,|--password-file|file|Password on the Data8 web site: the first line of a file' \
    ',data8,env data8,login data8,|--lifetime|any|How long the token shall be valid, 1h by default [TOK_DATA8_LIFETIME]' \
    ',data8,env data8,login data8,|--client-ip|any|The only address that may use the token [TOK_DATA8_CLIENT_IP]' \
    ',data8,env data8,login data8,|--allowed-method|any|The only services that the token is for, as Service or Service.Method [TOK_DATA8_ALLOWED_METHOD]' \
    ',data8,env data8,login data8,|--max-credits|any|How many credits the token may use up [TOK_DATA8_MAX_CREDITS]' \
    ',data8,env data8,login data8,|--application-name|any|Name of the caller in the usage reports, tok by default [TOK_DATA8_APPLICATION_NAME]' \
    ',data8,env data8,login data8,|--url|any|Base URL of the API, https://webservices.data-8.co.uk by default [TOK_DATA8_URL]' \
    ',data8,env data8,login data8,|--variable|any|Name of the variable, DATA8_TOKEN by default' \
    ',env exchange,exchange,login exchange,|--subject-token-stdin||JWT that is exchanged, such as a CI job\'s identity token: the first line of standard input [TOK_EXCHANGE_SUBJECT_TOKEN]' \
    ',env exchange,exchange,login exchange,|--subject-token-file|file|JWT that is exchanged, such as a CI job\'s identity token: the first line of a file' \
    ',env exchange,exchange,login exchange,|--audience|any|Logical name of the service that the token is for [TOK_EXCHANGE_AUDIENCE]' \
    ',env exchange,exchange,login exchange,|--scope|any|Scopes to ask for, separated by blanks [TOK_EXCHANGE_SCOPE]' \
    ',env exchange,exchange,login exchange,|--resource|any|URI of the service that the token is for [TOK_EXCHANGE_RESOURCE]' \
    ',env exchange,exchange,login exchange,|--client-id|any|Client identifier, where the server wants one [TOK_EXCHANGE_CLIENT_ID]' \
    ',env exchange,exchange,login exchange,|--client-secret-stdin||Secret of that client, sent by HTTP Basic: the first line of standard input [TOK_EXCHANGE_CLIENT_SECRET]' \
    ',env exchange,exchange,login exchange,|--client-secret-file|file|Secret of that client, sent by HTTP Basic: the first line of a file' \
    ',env exchange,exchange,login exchange,|--url|any|Address that logins are sent to, as https://exchange.example.com/token [TOK_EXCHANGE_URL]' \
    ',env exchange,exchange,login exchange,|--variable|any|Name of the variable, EXCHANGE_TOKEN by default' \
    ',env githubapp,githubapp,login githubapp,|--app-id|any|Client ID or App ID, from the app\'s settings [TOK_GITHUBAPP_APP_ID]' \
    ',env githubapp,githubapp,login githubapp,|--installation-id|any|Number of the installation, the last part of the URL of its settings [TOK_GITHUBAPP_INSTALLATION_ID]' \
    ',env githubapp,githubapp,login githubapp,|--private-key-stdin||Private key of the app, as GitHub gives it (PEM): all of standard input [TOK_GITHUBAPP_PRIVATE_KEY]' \
    ',env githubapp,githubapp,login githubapp,|--private-key-file|file|Private key of the app, as GitHub gives it (PEM): all of a file' \
    ',env githubapp,githubapp,login githubapp,|--url|any|Base URL of the API, https://api.github.com by default [TOK_GITHUBAPP_URL]' \
    ',env githubapp,githubapp,login githubapp,|--variable|any|Name of the variable, GITHUBAPP_TOKEN by default' \
    ',env google,google,login google,|--key-stdin||Key file of the service account, JSON: all of standard input [TOK_GOOGLE_KEY]' \
    ',env google,google,login google,|--key-file|file|Key file of the service account, JSON: all of a file' \
    ',env google,google,login google,|--scope|any|Scopes to ask for, separated by blanks [TOK_GOOGLE_SCOPE]' \
    ',env google,google,login google,|--url|any|Base URL of the API, https://oauth2.googleapis.com by default [TOK_GOOGLE_URL]' \
    ',env google,google,login google,|--variable|any|Name of the variable, GOOGLE_TOKEN by default' \
    ',env jmvstream,jmvstream,login jmvstream,|--email|any|Email address of the login [TOK_JMVSTREAM_EMAIL]' \
    ',env jmvstream,jmvstream,login jmvstream,|--password-stdin||Password of that login: the first line of standard input [TOK_JMVSTREAM_PASSWORD]' \
    ',env jmvstream,jmvstream,login jmvstream,|--password-file|file|Password of that login: the first line of a file' \
    ',env jmvstream,jmvstream,login jmvstream,|--resource|any|UUID of the application, found on the HUB [TOK_JMVSTREAM_RESOURCE]' \
    ',env jmvstream,jmvstream,login jmvstream,|--url|any|Base URL of the API, https://api.jmvstream.com by default [TOK_JMVSTREAM_URL]' \
    ',env jmvstream,jmvstream,login jmvstream,|--variable|any|Name of the variable, JMVSTREAM_TOKEN by default' \
    ',env modulus,login modulus,modulus,|--account|any|Sub-domain of the account, as in ACCOUNT.modulus.biz [TOK_MODULUS_ACCOUNT]' \
    ',env modulus,login modulus,modulus,|--username|any|User that may call the API [TOK_MODULUS_USERNAME]' \
    ',env modulus,login modulus,modulus,|--password-stdin||Password of that user: the first line of standard input [TOK_MODULUS_PASSWORD]' \
    ',env modulus,login modulus,modulus,|--url|any|Base URL of the API, https://{account}.modulus.biz by default [TOK_MODULUS_URL]' \
    ',env modulus,login modulus,modulus,|--variable|any|Name of the variable, MODULUS_TOKEN by default' \
    ',env oauth2,login oauth2,oauth2,|--client-id|any|Client identifier [TOK_OAUTH2_CLIENT_ID]' \
    ',env oauth2,login oauth2,oauth2,|--client-secret-stdin||Client secret, sent by HTTP Basic: the first line of standard input [TOK_OAUTH2_CLIENT_SECRET]' \
    ',env oauth2,login oauth2,oauth2,|--client-secret-file|file|Client secret, sent by HTTP Basic: the first line of a file' \
    ',env oauth2,login oauth2,oauth2,|--private-key-stdin||RSA key of the client, which signs an assertion (RFC 7523 section 2.2): all of standard input [TOK_OAUTH2_PRIVATE_KEY]' \
    ',env oauth2,login oauth2,oauth2,|--private-key-file|file|RSA key of the client, which signs an assertion (RFC 7523 section 2.2): all of a file' \
    ',env oauth2,login oauth2,oauth2,|--key-id|any|Identifier of that key, where the server knows several [TOK_OAUTH2_KEY_ID]' \
    ',env oauth2,login oauth2,oauth2,|--identity-token-stdin||Identity token of a CI job, sent as an assertion (RFC 7523 section 2.2): the first line of standard input [TOK_OAUTH2_IDENTITY_TOKEN]' \
    ',env oauth2,login oauth2,oauth2,|--identity-token-file|file|Identity token of a CI job, sent as an assertion (RFC 7523 section 2.2): the first line of a file' \
    ',env oauth2,login oauth2,oauth2,|--scope|any|Scopes to ask for, separated by blanks [TOK_OAUTH2_SCOPE]' \
    ',env oauth2,login oauth2,oauth2,|--audience|any|API that the token is for, where the server wants it named [TOK_OAUTH2_AUDIENCE]' \
    ',env oauth2,login oauth2,oauth2,|--url|any|Address that logins are sent to, as https://oauth2.example.com/token [TOK_OAUTH2_URL]' \
    ',env oauth2,login oauth2,oauth2,|--variable|any|Name of the variable, OAUTH2_TOKEN by default' \
    ',env oidc,login oidc,oidc,|--client-id|any|Client identifier, of a client that the issuer lets redirect to loopback [TOK_OIDC_CLIENT_ID]' \
    ',env oidc,login oidc,oidc,|--client-secret-stdin||Client secret, where the client has one, sent by HTTP Basic: the first line of standard input [TOK_OIDC_CLIENT_SECRET]' \
    ',env oidc,login oidc,oidc,|--client-secret-file|file|Client secret, where the client has one, sent by HTTP Basic: the first line of a file' \
    ',env oidc,login oidc,oidc,|--scope|any|Scopes to ask for, separated by blanks, openid offline_access by default [TOK_OIDC_SCOPE]' \
    ',env oidc,login oidc,oidc,|--audience|any|API that the token is for, where the issuer wants it named [TOK_OIDC_AUDIENCE]' \
    ',env oidc,login oidc,oidc,|--login-hint|any|Who will log in, for the issuer\'s page [TOK_OIDC_LOGIN_HINT]' \
    ',env oidc,login oidc,oidc,|--url|any|The issuer, as https://oidc.example.com; the addresses come from its discovery document [TOK_OIDC_URL]' \
    ',env oidc,login oidc,oidc,|--variable|any|Name of the variable, OIDC_TOKEN by default' \
    ',env oidc,login oidc,oidc,|--browser||Have the login approved in a browser' \
    ',env oidc,login oidc,oidc,|--device||Have the login approved with a code, on any other device' \
    ',env starship,login starship,starship,|--username|any|API user from the dashboard (of the sandbox with --url https://api-playground.starshiprewards.com) [TOK_STARSHIP_USERNAME]' \
    ',env starship,login starship,starship,|--password-stdin||API password of that user: the first line of standard input [TOK_STARSHIP_PASSWORD]' \
    ',env starship,login starship,starship,|--password-file|file|API password of that user: the first line of a file' \
    ',env starship,login starship,starship,|--url|any|Base URL of the API, https://api.starshiprewards.com by default [TOK_STARSHIP_URL]' \
    ',env starship,login starship,starship,|--variable|any|Name of the variable, STARSHIP_TOKEN by default' \
    ',env,login,||target|' \
    ',env VENDOR,|-f --format|=posix fish powershell nushell elvish tcsh cmd dotenv json github azure gitlab docker systemd|Print it as posix, fish, powershell, nushell, elvish, tcsh, cmd, dotenv, json, github, azure, gitlab, docker, systemd; posix by default' \
    ',exec,||targets|Get the tokens of these vendors, as VENDOR or VENDOR@PROFILE' \
    ',exec,|--keep||Stay, and keep valid tokens in files while the command runs' \
    ',exec,keep,|--variable|any|Name of the variable, the vendor\'s own by default' \
    ',keep,||targets|Keep the tokens of these vendors, as VENDOR or VENDOR@PROFILE' \
    ',keep,|--file|file|Keep the tokens in this file, for your eyes only' \
    ',keep,|--exec|any|Have the shell run this after each change' \
    ',keep,|-f --format|=token header curl json claims authorization http netrc posix fish powershell nushell elvish tcsh cmd dotenv azure gitlab docker systemd|Print it as token, header, curl, json, claims, authorization, http, netrc, posix, fish, powershell, nushell, elvish, tcsh, cmd, dotenv, azure, gitlab, docker, systemd; token by default' \
    ',helper,||=git docker kubernetes cargo bazel|How the program asks: git, docker, kubernetes, cargo, bazel' \
    ',helper,||targets|Whose token, as VENDOR or VENDOR@PROFILE; the program appends what it wants, as get' \
    ',helper,|-h --help||Print help (see more with \'--help\')' \
    ',login VENDOR,|--no-verify||Keep the credentials without trying them' \
    ',demo,logout,status,||target|Only this vendor, as VENDOR or VENDOR@PROFILE' \
    ',logout,|--all||Forget every profile and every token of the vendor' \
    ',logout,|--revoke||Have the vendor end the tokens first, where it can' \
    ',logout,|--key||Forget the key of the cached tokens, and with it every one of them' \
    ',status,|-f --format|=table json|Print a table for people or JSON for programs' \
    ',vendors,||vendor|Print this vendor\'s definition' \
    ',vendors check,||file|Behind `check`: read this file, or this vendor\'s, explain each mistake and run its examples' \
    ',vendors check,|--show||Behind `check`: print each request as it would be sent, with *** for what is secret, and send nothing' \
    ',completions,||=bash zsh fish elvish powershell|Print the script for bash, zsh, fish, elvish, powershell'
# Until here.

# Prints the rows of a place.
function __tok_at -a place
    set -l words (string split ' ' -- $place)
    if string match -q -- "$words[-1]|*" $_tok_vendors
        set words[-1] VENDOR
    end
    set -l found
    for row in $_tok_rows
        set -l parts (string split -m 1 '|' -- $row)
        if string match -q -- "*,$place,*" $parts[1]; or string match -q -- "*,$words,*" $parts[1]
            set -a found $parts[2]
        end
    end
    if set -q found[1]
        string join \n -- $found
    else
        command tok completions --own (string split ' ' -- $place) 2>/dev/null
    end
end

# Prints what follows a name; the empty name is what stands without one. The rows come behind it.
function __tok_value -a name
    for row in $argv[2..-1]
        set -l parts (string split -m 2 '|' -- $row)
        if contains -- "$name" (string split ' ' -- $parts[1])
            echo $parts[2]
            return
        end
    end
end

function __tok_complete
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l rows (__tok_at '')
    set -l start ''
    set -l place
    set -l vendor
    set -l given
    set -l taken
    set -l value

    for i in (seq 2 (count $words))
        set -l word $words[$i]
        if test -n "$taken"
            set taken
        else if test "$word" = --
            # Another program's words.
            complete -C (string join ' ' -- (string escape -- $words[(math $i + 1)..-1]) $cur | string collect)
            return
        else if string match -q -- '-*=*' $word
            continue
        else if string match -q -- '-*' $word
            set taken (__tok_value $word $rows)
        else if contains -- "$place" '' env login
            set vendor (string split -m 1 @ -- $word)[1]
            set place (string trim -- "$place $vendor")
            set rows (__tok_at $place)
        else if test "$place $word" = 'vendors check'
            set place 'vendors check'
            set rows (__tok_at $place)
        else
            set given 1
            if test $place = exec
                set vendor (string split -m 1 @ -- $word)[1]
            end
        end
    end

    if test -n "$taken"
        set value $taken
    else if string match -q -- '-*=*' $cur
        set -l parts (string split -m 1 = -- $cur)
        set value (__tok_value $parts[1] $rows)
        test -n "$value"; or set value any
        set start $parts[1]=
        set cur $parts[2]
    else if not string match -q -- '-*' $cur
        set value (__tok_value '' $rows)
        if test -n "$given" -a "$value" != targets
            set value
        end
    end

    switch "$value"
        case '=*'
            printf '%s\n' $start(string split ' ' -- (string sub -s 2 -- $value))
        case any
            return
        case file
            printf '%s\n' $start(__fish_complete_path $cur)
        case ''
            for row in $rows
                set -l parts (string split -m 2 '|' -- $row)
                for name in (string split -n ' ' -- $parts[1])
                    printf '%s\t%s\n' $name $parts[3]
                end
            end
        case profile
            for own in (command tok completions --own 2>/dev/null)
                string match -q -- "$vendor@*" $own; and echo $start(string split -m 1 @ -- $own)[2]
            end
        case '*'
            test $value = command; and string replace '|' \t -- $_tok_commands
            test $value = vendor; and echo check
            string replace '|' \t -- $_tok_vendors
            for own in (command tok completions --own 2>/dev/null)
                test $value = vendor; and string match -q '*@*' -- $own; or echo $own
            end
    end
end

complete -c tok -f -a '(__tok_complete)'
