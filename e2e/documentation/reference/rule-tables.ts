/** Rules with their status, which is empty for the usual one of the section, and what they mean. */
export type RuleRow = readonly [rules: readonly (readonly [status: string, ...rules: string[]])[], meaning: string]

/** The usual status is 403. */
export const decisionRules: readonly RuleRow[] = [
  [[['', 'no-binding', 'no-permission']], 'no binding on the rack and app, or none with the permission'],
  [[['', 'rack-bound']], 'the credential is bound to another rack'],
  [[['', 'condition:<role>', 'condition:command:<id>']], 'a condition of the role or command rule is not met'],
  [[['', 'command:no-rule']], 'no command rule allows the command to your roles'],
  [[['', 'command:options']], 'a rule allows the words, but not with these options'],
  [[['', 'command:run-service']], 'the service does not accept `run`'],
  [[['', 'command:shell-syntax']], 'a word has shell syntax, and the rack starts commands without a shell'],
  [
    [['', 'command:empty', 'command:too-long', 'command:unreadable']],
    "the command is empty, above 8192 bytes, or can't be parsed",
  ],
  [
    [
      [
        '',
        'blocked:<route>',
        'blocked:build',
        'blocked:no-service',
        'blocked:rack-app',
        'blocked:rack-api',
        'blocked:local-address',
        'blocked:gateway',
        'proxy-host',
        'proxy-port',
      ],
    ],
    '[blocked for everyone](roles.md#blocked-for-everyone)',
  ],
  [
    [['', 'protected-key', 'protected-parameter']],
    '[a name that nobody can change](../how-to/policy.md#secret-and-protected-names)',
  ],
  [
    [['401 or 403', 'step-up:rule <id>', 'step-up:command <id>', 'step-up:role <role>', 'step-up:management']],
    'the call needs a [proof of a second factor](../how-to/step-up-policy.md), which API tokens and jobs cannot give',
  ],
  [[['', 'step-up:factors']], "a change of the caller's own second factors needs a proof of one of them"],
  [[['', 'step-up']], 'the caller asked to prove a second factor, with `convox api get /gateway-step-up`'],
  [
    [['429', 'step-up-limit']],
    'a session sent more than 60 requests about second factors in a minute from one network, or 600 from all networks',
  ],
  [
    [['', 'unknown-address']],
    'the gateway does not know the address of the caller, so it accepts no code of a step-up',
  ],
  [[['', 'passkey-only']], 'the policy accepts only a passkey for this step-up'],
  [[['400', 'step-up-address']], 'the query of `/login/u2f` is not one of the stock CLI'],
  [
    [['', 'enrollment']],
    'the user had to add a second factor [by a certain day](../how-to/step-up-policy.md#second-factors-by-a-certain-day)',
  ],
  [
    [['', 'package:<name>:<rule>', 'package:<name>']],
    'a policy package denied the call; a route of a policy package denied it, with its own status',
  ],
  [[['', 'package-failed']], "a policy package failed; the gateway's log has the reason"],
  [
    [['', 'insufficient-authority']],
    "you grant permissions that you don't have, or change the access of a principal that has them",
  ],
  [
    [['', 'request-rule', 'request-role', 'request-user', 'request:<id>']],
    'no request rule lets you ask for this: not for the role, not you, or not for this scope, time, or reason',
  ],
  [
    [['', 'not-reviewer']],
    'you are not a reviewer of the access request by its rule, or lack the second factor that the rule requires',
  ],
  [[['', 'grant-over']], 'the grant that allowed the call ended while the call waited'],
  [[['', 'people-only']], 'only a user can call this endpoint'],
  [
    [['', 'permissions-changed']],
    'the caller got the permission while the gateway decided; the same call can succeed now',
  ],
]

/** Rules of authentication whose reason names a time or a value. The usual status is 401. */
export const expiryRules: readonly RuleRow[] = [
  [
    [['', 'expired-token', 'ended-session', 'revoked-token', 'expired-jwt']],
    'the credential stopped being valid at the time in the message',
  ],
  [
    [['', 'superseded-token']],
    'a newer token of the session replaced this one; an alarm, because a copy may have been stolen',
  ],
  [[['', 'wrong-audience']], 'the JWT is for another audience than `PUBLIC_URL`'],
]

export const requestRules: readonly RuleRow[] = [
  [
    [
      [
        '400',
        'http-framing',
        'header-count',
        'duplicate-header',
        'no-host',
        'unexpected-body',
        'upgrade',
        'form-broken',
        'http-chunks',
      ],
    ],
    'invalid or ambiguous HTTP, such as a repeated header, more than 256 headers, a GET with a body, a body of tiny chunks, or an upgrade that is not a plain WebSocket handshake',
  ],
  [
    [
      ['431', 'http-headers'],
      ['413', 'form-size'],
    ],
    'headers above 64 KiB; a form above 4 MiB, or masks in a form whose values are larger',
  ],
  [
    [['431', 'cookie-size', 'forwarded-size', 'connection-size']],
    'cookies above 8 KiB, or more than 64; an `X-Forwarded-For` above 2 KiB, or with more than 32 addresses; a `Connection` above 1 KiB',
  ],
  [[['400', 'query-parameters']], 'more than 512 parameters in the query'],
  [[['408', 'http-timeout']], 'the head took longer than `REQUEST_TIMEOUT`'],
  [
    [
      ['417', 'http-expect'],
      ['405', 'connect'],
    ],
    'an `Expect` header other than `100-continue`; the method CONNECT',
  ],
  [[['421', 'other-host']], 'the host of the request is not that of `PUBLIC_URL`'],
  [
    [['403', 'browser-call', 'other-site']],
    'a page in a browser called the rack API; a page of another site called the management API',
  ],
  [
    [['403', 'cookie-credential', 'csrf']],
    'a cookie without a token; a change by a browser session without a valid CSRF token or origin',
  ],
  [[['403', 'convox-session']], 'a session of the stock CLI asked for a change other than revoking access'],
  [
    [['403', 'old-login']],
    'more than five minutes after the login, a browser session asked for a token without a proof of a second factor, or changed second factors without a passkey; or a session that is not of a browser changed second factors',
  ],
  [
    [['403', 'source-address', 'rack-bound-token']],
    'the API token is not valid from this address; the token is for another rack',
  ],
  [
    [
      ['403, or 400 for a new factor', 'wrong-code', 'wrong-passkey'],
      ['403', 'used-code'],
    ],
    'the proof of a second factor is wrong; its code, or a newer one, was used already',
  ],
  [
    [['403', 'unknown-passkey', 'no-authenticator-app', 'no-passkeys', 'no-challenge']],
    'the user has no such factor, or there is no open challenge for a passkey',
  ],
  [[['403', 'factor-limit']], 'too many codes were wrong; a passkey, or a login of the last five minutes, still works'],
  [
    [['403', 'own-reset', 'no-second-factor']],
    'an administrator tried to reset their own second factors; an administrator without a second factor tried to reset the second factors of another user',
  ],
  [[['409', 'requirement-changed']], 'the request needs another proof than when it arrived'],
  [
    [['400', 'ambiguous-parameters', 'ambiguous-pairs', 'unknown-parameter', 'env-line', 'env-lines']],
    'an ambiguous or unknown parameter; an environment with a line above 64 KiB, or with too many lines',
  ],
  [[['403', 'foreign-object']], 'the source or the logs of a build belong to another app'],
  [
    [
      ['400', 'reveal-key'],
      ['403', 'secret-value'],
    ],
    'a `Reveal-Key` that is not one key of a release, or without the permission to see its value',
  ],
  [[['403', 'refused-header']], 'a header that gives more rights, such as `Privileged`'],
  [[['400', 'schema', 'policy-document']], 'the request does not match the schema; the policy document is invalid'],
  [[['400', 'study-size', 'check-size']], 'the policy document needs too much memory or time'],
  [[['400', 'token-max-age', 'token-max-age:<rule>']], 'the token would be valid for longer than the policy allows'],
  [[['503', 'call-limit']], 'a [limit](configuration.md#limits-for-each-caller) of calls, denials, or memory'],
  [[['503', 'memory-limit']], 'the [memory](configuration.md#memory) of the gateway is nearly used up'],
  [
    [['429', 'unauthenticated-limit', 'login-limit', 'account-limit', 'change-limit', 'check-limit']],
    'too many unauthenticated requests of one address, logins, denied credentials of one account, changes, reports of stopped calls, studies, or checks of a policy',
  ],
]
