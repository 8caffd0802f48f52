/** What each command of rack-gateway prints with --json. Lists are complete, except for pages with `next`. */

/** RFC 3339 */
export type Time = string
/** A UUID */
export type Id = string

// login
export interface Login {
  name: string // your name for the rack
  gateway: string // the address of the gateway
  rack: string // the name that the gateway has for the rack
  user: string | null // null if the gateway did not answer
  expiresAt: Time | null
  current: boolean // whether it is the current rack now
}

// logout
export interface Logout {
  loggedOut: string[] // for each session or API token: the names that used it, joined by commas, or else its address
}

// racks (an array)
export interface Racks {
  name: string
  current: boolean // whether it is the current rack (rack-gateway switch)
  chosen: boolean // whether a command in this directory and shell uses it
  url: string // the address of its gateway
  rack: string // the name that its gateway has for it
  email: string | null
  loggedIn: boolean
  expiresAt: Time | null
  token: 'shared' | 'own' | null // shared with the other racks at this address, or for this name only
  keptIn: 'file' | 'keychain' | 'environment' | null
  observing: {
    // observe mode, as the gateway last said; null: the policy is enforced, or the gateway has not been asked yet
    until: Time
  } | null
}

// switch
export interface Switch {
  current: string
}

// whoami
export interface Whoami {
  name: string
  kind: string // user, api-token, or workload
  rack: string | null // the only rack of the token; null for all racks
  racks: string[] // the racks on which you have a role
  roles: string[]
  grants?: {
    // only for a user: the grants of approved access requests, also those that start later
    id: string // the ID of the access request
    rule: string // the ID of the request rule
    role: string
    racks: string[]
    apps: string[]
    from: Time
    until: string // the end; before the first use that starts the grant, the latest time of this use
    startsWithUse: boolean // whether the first use starts the grant
  }[]
  expiresAt: Time | null
  gateway: string
  confirmedAt: string // when the gateway last confirmed the identity, RFC 3339
  chosenRack: string | null // the rack that a command in this directory uses; null: the rack that the token is bound to, or its only rack
  keptIn: 'file' | 'keychain' | 'environment'
}

// url
export interface Url {
  rackUrl: string // contains the token
}

// convox-login
export interface ConvoxLogin {
  host: string // the host of the gateway, as convox login takes it
  rack: string | null // the current rack of convox
  expiresAt: Time
  settings: string // the directory of the settings of convox
}

// ci login
export interface CiLogin {
  rackUrl: string
  racks: string[] // the racks on which the job has a role
}

// can
export interface Can {
  command: string
  effect: 'allow' | 'deny' | 'require' | 'open' // open: it depends on facts that only the rack knows
  rack?: string
  policy?: string // SHA-256 of the policy document
  caller?: {
    kind: string
    id: string
    name: string
  }
  calls: {
    // the calls that the command needs; decisions as in events
    route: string
    decision: {
      effect: 'allow' | 'deny' | 'require'
      rule: string
      source: string // where the rule is defined, such as policy.yaml:12 or built-in:12
      permission: string
      reason: string
      next?: string // what the caller can do
      requirement?: 'step-up' | 'approval'
      level?: {
        // how recent the proof of a second factor must be
        kind: string
        within?: number // for recent: the greatest age of the proof, in milliseconds
        methods?: string // for always: the accepted factors
      }
      roles: string[] // all roles that the caller has where the call applies, including those that do not grant the permission
      bindings: string[] // the IDs of at most 256 bindings with these roles. For an API token, also the IDs of the bindings of its owner on the same rack and app. Empty for the management API
      policy: string // SHA-256 of the document, hex; the same as in audit events
      grant?: {
        // the grant without which the call would be denied
        id: string
        expiresAt: string // when the grant ends, RFC 3339 in UTC
      }
      wouldBe?: {
        // the decision when the policy is enforced; only for a call that only observe mode allows
        effect: 'deny' | 'require' // require: a proof of a second factor
        rule: string
        source: string
        reason: string
        next: string
      }
    }
    when: string | null // when this decision applies; null: always
    otherwise: {
      // the decision in another case; only the rack knows which case applies
      when: string
      decision: Can['calls'][number]['decision']
    } | null
  }[]
}

// sessions list (an array), sessions revoke
export interface SessionsList {
  id: string
  user: {
    id: string
    email: string
  }
  device: string
  rack: string | null
  current: boolean // whether the request used this session
  createdAt: Time
  expiresAt: Time
  endedAt: Time | null
  endedReason: string | null
  lastUsedAt: Time | null
  lastUsedFrom: string | null
}

// sessions revoke-all
export interface SessionsRevokeAll {
  ended: {
    // the sessions that were ended
    id: string
    device: string
  }[]
}

// mfa list
export interface MfaList {
  factors: MfaRename[]
  backupCodes: {
    remaining: number
    createdAt: Time | null
  }
}

// mfa add
export interface MfaAdd {
  address?: string // without totp: the page on which you add a second factor
  opened?: boolean // without totp: whether a browser was asked to open the page
  factor?: MfaRename
  backupCodes?: string[] | null // with the first factor: ten codes, each of which can be used once; shown only in this response
}

// mfa rename, mfa remove
export interface MfaRename {
  id: string
  user: {
    id: string
    email: string
  }
  kind: string // passkey: a passkey or security key; totp: an authenticator app
  name: string
  createdAt: Time
  lastUsedAt: Time | null
}

// mfa backup-codes
export interface MfaBackupCodes {
  codes: string[]
}

// mfa test
export interface MfaTest {
  method: string
  provedAt: Time
}

// tokens list (an array), tokens show, tokens revoke
export interface TokensList {
  id: string
  name: string
  prefix: string | null // the first characters, to recognize the token by
  owner: {
    kind: string
    id: string
    name: string
  }
  bindings: {
    id: string // the ID of the binding
    role: string
    permissions: string[] | null // granted instead of the permissions of the role
    racks: string // a name, or a pattern in which * stands for any part of a name; * alone matches every name
    apps: string
    expiresAt: Time | null
    reason: string | null
  }[]
  rack: string | null // the only rack that the token is valid for
  sources: string[] // addresses and networks that may use the token, such as 192.0.2.0/24; empty: every address
  createdAt: Time
  expiresAt: Time
  revokedAt: Time | null
  lastUsedAt: Time | null
  lastUsedFrom: string | null
}

// tokens create, tokens rotate
export interface TokensCreate extends TokensList {
  token: string // the token itself, shown only in this response
  warnings?: string[] // what the gateway accepted but may be a mistake, in plain sentences
}

// tokens owner
export interface TokensOwner extends TokensList {
  note: string // what remains to be done
}

// users list (an array), users show, users unlock
export interface UsersList {
  id: string
  email: string
  issuer: string // the identity provider
  createdAt: Time
  lockedAt: Time | null
  lockedReason: string | null
  groups: string[] // groups that the identity provider named at the last login
  secondFactors: string[] // the kinds of second factors that the user has; empty: none
}

// users lock
export interface UsersLock {
  user: UsersList
  stoppedTokens: {
    id: string
    name: string
    expiresAt: Time
  }[]
}

// users reset-factors
export interface UsersResetFactors {
  removed: MfaRename[]
}

// users groups (an array)
export interface UsersGroups {
  name: string
  members: number // users who were in the group at their last login
  bindings: number // bindings of the group
}

// users invite
export interface UsersInvite extends UsersInvitations {
  warnings?: string[]
}

// users invitations (an array), users uninvite
export interface UsersInvitations {
  id: string
  email: string
  issuer: string // the identity provider at which the person must log in
  bindings: {
    // the roles that the person gets at the first login
    role: string
    racks: string
    apps: string
    expiresAt: Time | null
  }[]
  reason: string | null
  state: string // redeemed: the person logged in and got the roles; denied: at that login, the inviter could no longer grant them
  invitedBy: {
    id: string
    email: string
  }
  createdAt: Time
  expiresAt: Time
  endedAt: Time | null
  userId: string | null // the user whose first login ended the invitation
}

// request, requests approve, requests deny, requests cancel, requests revoke
export interface Request {
  id: string
  rule: string
  user: {
    id: string
    email: string
  }
  role: string
  racks: string[]
  apps: string[]
  seconds: number // the requested working time
  startsAt: Time | null
  reason: string
  extends: string | null
  createdAt: Time
  answerBy: Time
  state: string
  workStarts: string
  neededReviews: number // the number of reviews that the rule requires now
  reviews: {
    // oldest first
    reviewer: {
      id: string
      email: string
    }
    approved: boolean
    because: string // why the user could review
    note: string | null
    racks: string[] | null
    apps: string[] | null
    seconds: number | null
    startsAt: Time | null
    at: Time
  }[]
  decidedAt: Time | null
  grant: {
    // null before an approval
    racks: string[]
    apps: string[]
    seconds: number // the granted working time
    from: Time
    until: string
    startedAt: Time | null
  } | null
  ended: {
    at: Time
    by: {
      // null: the clock, or the rule
      id: string
      name: string
    } | null
    note: string | null
  } | null
  may: string[] // what the caller can do now
  reviewers: {
    // only of a pending request: who can review it now, at most 100
    id: string
    email: string
    because: string // why the user can review, such as `group:leads`
  }[]
  live: {
    // the live calls under the grant, newest first, at most 100
    id: string
    startedAt: Time
    principal: {
      kind: string
      id: string
      name: string
    }
    own: boolean // whether it is a call of yours, or of one of your API tokens
    rack: string
    app: string | null
    service: string | null
    process: string | null
    kind: string
    route: string
    path: string
    command: string | null // without secrets
    request: string // the request ID, which all audit events of the call have
    recording: string | null // the ID of the recording
    grant: string | null // the ID of the access request whose grant allowed the call
  }[]
  running: {
    // processes and builds that calls under the grant started, and that run on, at most 100
    kind: string
    id: string
    rack: string
    app: string
    startedAt: Time
  }[]
}

// requests list
export interface RequestsList {
  items: {
    id: string
    rule: string
    user: {
      id: string
      email: string
    }
    role: string
    racks: string[]
    apps: string[]
    seconds: number
    startsAt: Time | null
    reason: string
    extends: string | null
    createdAt: Time
    answerBy: Time
    state: string
    workStarts: string
    neededReviews: number
    reviews: Request['reviews'][number][]
    decidedAt: Time | null
    grant: Request['grant'] | null
    ended: Request['ended'] | null
    may: string[]
  }[]
  next: string | null // `cursor` of the next page; null on the last page
}

// requests show
export interface RequestsShow extends Request {
  events: AuditTail[] // the events under the grant, oldest first, at most 10,000
}

// access review (an array)
export interface AccessReview {
  subject: {
    kind: string
    id: string // the ID of the subject; for a group without known members, its name
    name: string
    issuer: string | null // the identity provider of a user, or the CI system of a trust
    owner: string | null // the owner of an API token, by email address or name
    suspended: boolean // whether the binding has no effect now, because the user is locked or the service account disabled
  }
  role: string
  permissions: string[] | null
  racks: string
  apps: string
  binding: string
  group: string | null // the group that the subject has the binding from; null without one
  invitation: string | null // the invitation that led to the binding
  grantedBy: {
    id: string
    email: string | null // null if the granter is not a user
  }
  grantedAt: Time
  reason: string | null
  expiresAt: Time | null
  lastUsedAt: string | null // when a session of the user, an API token, or a job of the trust was last used. Null if unknown: for example, sessions of jobs are deleted a week after they expire
}

// bindings list (an array), bindings create (an array), bindings delete
export interface BindingsList {
  id: string
  subject: {
    kind: string
    id: string // the ID of the user, service account, API token, or trust, or the name of the group
    name: string | null // email address or name; null if it is unknown
  }
  role: string
  permissions: string[] | null
  racks: string
  apps: string
  expiresAt: Time | null
  reason: string | null
  createdAt: Time
  warnings?: string[]
}

// service-accounts list (an array), service-accounts create, service-accounts disable, service-accounts enable
export interface ServiceAccountsList {
  id: string
  name: string
  createdAt: Time
  disabledAt: Time | null
}

// trusts list (an array), trusts show, trusts create, trusts delete
export interface TrustsList {
  id: string
  name: string
  issuer: string // the exact value of the claim iss
  audience: string
  conditions: {
    // conditions on the claims of a token; all of them must be met
    claim: string
    equals?: string | number | boolean
    oneOf?: (string | number | boolean)[]
    pattern?: string
    empty?: boolean
  }[]
  maxAgeSeconds: number // the longest lifetime of a session
  bindings: TokensList['bindings'][number][] // the bindings of the trust, oldest first
  createdAt: Time
  createdBy: string
  revokedAt: Time | null
  warnings?: string[]
}

// trusts test
export interface TrustsTest {
  verified: 'false' // the signature was not checked, and neither was whether the token was used before
  admitted: boolean // whether a job with these claims is admitted if it names no trust and has a valid, unused token
  trust: {
    // the trust that admits the job
    id: string
    name: string
  } | null
  text: string // the result; a sentence, followed by a second one if there is something to do
  checks: {
    // the checks that do not depend on a trust
    check: string
    passed: boolean
    text: string // a sentence, followed by a second one if there is something to do
  }[]
  trusts: {
    // active trusts, those that match best first, at most 50
    id: string
    name: string
    matches: boolean // whether the issuer, the audience, and all conditions match
    text: string | null // why the trust does not match; null if it matches, or if only conditions fail
    conditions: {
      claim: string
      equals?: string | number | boolean
      oneOf?: (string | number | boolean)[]
      pattern?: string
      empty?: boolean
      met: boolean
      expected: string // such as: must be "74"
      found: string | null // the claim as JSON, at most 500 characters; null: there is no such claim
      text: string // a sentence
    }[]
  }[]
  more: number // further trusts, which do not match
}

// policy check
export interface PolicyCheck {
  file: string
  valid: boolean
  problems?: {
    // only if the document is not valid
    line: number
    column: number
    text: string
  }[]
  policy?: string // SHA-256 of the document; only a valid document has this field and the next ones
  roles?: string[]
  commandRules?: string[]
  blocked?: string[]
  requestRules?: string[]
  warnings?: string[]
}

// policy test
export interface PolicyTest {
  passed: number
  failed: number
  policies: {
    document: string
    policy: string // SHA-256 of the document
    cases: {
      file: string
      line: number
      column: number
      name: string
      asks: string // the command, or the call
      rack: string
      passed: boolean
      expected: object // as in the case
      effect: string
      decisions: {
        effect: string
        rule: string
      }[]
      otherwise: string[] // how the visible values and the recording differ from the case
    }[]
    coverage: {
      rule: string
      source: string
      exercised: boolean
    }[]
  }[]
}

// policy diff
export interface PolicyDiff {
  old: string
  new: string
  changes: {
    effect: 'allows' | 'denies' | 'changes'
    role: string | null // null for every role
    what: string // the changed permission, or a description of the change
  }[]
}

// policy impact
export interface PolicyImpact {
  policy: string
  proposed: string // SHA-256 of the proposed document, hex
  since: Time
  until: Time
  calls: number // recorded calls that were evaluated
  unclear: number // calls whose events have too little information to evaluate
  packages: number // calls that a policy package denied when they were made; the study runs no policy packages
  allowed: number // calls that were denied and would be allowed
  denied: number // calls that were allowed and would be denied
  cut: {
    // which limit was reached, and the time from which calls were evaluated; null: all calls were evaluated
    by: 'time' | 'number'
    from: Time
  } | null
  stepUp: {
    // the proofs of second factors that users would be asked for, assuming that every user has a factor
    prompts: number // how often users would be asked: `recent` asks again when the proof of the session is too old, `always` asks for each call
    users: number // users who would be asked at least once
    denied: number // calls of API tokens and jobs that would be denied, because they cannot prove a factor; `denied` above includes them
    requirements: {
      // the most prompts first
      rule: string // such as step-up:rule production-promotes
      level: Can['calls'][number]['decision']['level']
      calls: number // calls that need a proof because of this rule
      prompts: number
      users: number
    }[]
  }
  changes: {
    // similar calls as one change, the most frequent first
    effect: 'allows' | 'denies'
    principal: Request['live'][number]['principal']
    route: string
    rack: string
    app: string | null
    command: string | null
    rule: string // the rule of the proposed document that decides
    reason: string
    count: number
    last: string // the time of the latest of these calls
  }[]
  more: number // further changes that are left out
}

// policy impact --would-be
export interface PolicyImpactWouldBe {
  policy: string
  since: Time
  until: Time
  calls: number // recorded calls that were read
  hidden: number // calls whose command was hidden from the log, so they cannot be decided again
  resolved: number // calls that the policy in force allows by now
  unclear: number // calls whose events have too little information
  cut: {
    // which limit was reached, and the time from which calls were read; null: all calls were read
    by: 'time' | 'number'
    from: Time
  } | null
  rows: {
    // equal calls as one row, the most frequent first
    effect: 'deny' | 'require'
    principal: Request['live'][number]['principal']
    rack: string
    app: string | null
    route: string
    command: string | null
    rule: string // the rule that would decide
    reason: string
    stopped: number // calls that the CLI stopped before they were sent
    count: number
    last: string
    event: string | null // the ID of the event of the latest of these calls
  }[]
  more: number // further rows that are left out
}

// policy suggest
export interface PolicySuggest {
  policy: string
  since: Time
  until: Time
  calls: number
  denied: number // allowed calls that the suggestion would deny
  cut: {
    by: 'time' | 'number'
    from: Time
  } | null
  files: {
    policy: string // a policy document
    bindings: string // a shell script that creates bindings, and then deletes broader ones
    cases: string // cases for policy test
  }
  summary: string[] // lines of text: what was left out, what would be denied, and what is allowed beyond what was used
}

// audit search
export interface AuditSearch {
  items: AuditTail[]
  next: string | null
}

// audit histogram
export interface AuditHistogram {
  from: Time
  to: Time
  width: number // the length of a bucket in seconds
  buckets: {
    // oldest first, without gaps
    at: string // the start of the bucket, a multiple of the width since 1970 in UTC; the first can start before `from`
    denied: number // the decision is deny
    required: number // the decision is require
    failed: number // other events with a status of 400 or more
    allowed: number // other events whose decision is allow
    none: number // events without a decision
  }[]
  total: number
  complete: boolean // false if counting stopped early: there are at least `total` events
  countedFrom: string // all events from this time on are counted; earlier events only in part, or not at all
}

// audit show
export interface AuditShow extends AuditTail {
  hash: string // SHA-256, hex
  prev: string // SHA-256, hex
  canonical: string // the bytes that were hashed
  neighbors: {
    // the previous and the next event: in the same stream, and of the same session or API token. Events of the session or token are searched among the 1,000 nearest events of the principal
    previousInStream: string | null
    nextInStream: string | null
    previousInSession: string | null
    nextInSession: string | null
  }
}

// audit tail
export interface AuditTail {
  id: string
  link: string // the address of this event
  writtenAt: string // when the database stored the event
  event: {
    // see docs/reference/events.md
    at: string
    kind: string
    principal?: {
      name: string
    }
    rack?: string
    app?: string
    route?: string
    command?: string[]
    decision?: {
      effect: string
      reason?: string
    }
    status?: number
    sent?: boolean
    detail?: object
  }
}

// audit verify (with --archive: also the field archives; if --archive is the only source: none of the fields below; with --recordings: also the field recordings (intact, found, findings, proven, chunks, open, unproven, and more))
export interface AuditVerify {
  intact: boolean
  findings: {
    // the first 100
    problem: string
  }[]
  found: number // the number of findings
  streams: number
  events: number
  unsigned: number // events that no checkpoint has signed yet
  unsignedStreams: string[] // the first 100 streams that no checkpoint has signed yet; a gateway that just started has one
  keys: string[] // the public keys of the signatures
  trust: 'pinned' | 'first-use' | 'none' // first-use: the keys come from the checkpoints, not from --key; none: there are no checkpoints
  anchored: boolean // whether checkpoints were compared with copies
}

// audit verify-proof
export interface AuditVerifyProof {
  holds: boolean // whether the proof is valid
  because?: string // why the proof is not valid
  event?: object // the event; only a valid proof has this field and the next ones
  checkpoint?: number // the number of the checkpoint that signs the event
  at?: Time
  size?: number // how many events of the stream the checkpoint signs
  key?: string // the public key that signed the checkpoint
  trust?: 'pinned' | 'first-use' // first-use: the key comes from the proof, not from --key
}

// audit recordings
export interface AuditRecordings {
  items: AuditEnd[]
  next: string | null
}

// audit end
export interface AuditEnd {
  id: string
  startedAt: Time
  endedAt: string | null // null while the session runs, and after a crash
  principal: {
    id: string
    name: string
  }
  rack: string
  app: string | null
  process: string | null
  command: string | null
  route: string
  mode: string // strict or best-effort
  opened: string // the ID of the event that opened the session
  chunks: number | null
  bytes: number | null // the stored size
  grant: string | null // the ID of the access request whose grant allowed the session
  lost: number | null // missing bytes of the session; null: unknown
  removedAt: Time | null
  removedBecause: string | null
}

// audit alarms
export interface AuditAlarms {
  items: AuditAcknowledge[]
}

// audit acknowledge
export interface AuditAcknowledge extends AuditTail {
  acknowledged: {
    // the first acknowledgment; null without one
    id: string
    at: Time
    by: string
    reason: string
  } | null
}

// completion bash, completion zsh, completion fish, completion powershell
export interface CompletionBash {
  shell: string
  script: string // the script that the shell loads
}

// completion words
export interface CompletionWords {
  words: {
    word: string
    about: string // a description; can be empty
  }[]
  files: boolean // whether a file or directory can follow, too
}

// doctor
export interface Doctor {
  healthy: boolean // whether there is no problem; a warning is not a problem
  findings: {
    check:
      | 'config'
      | 'dns'
      | 'tls'
      | 'clock'
      | 'gateway'
      | 'host'
      | 'address'
      | 'websocket'
      | 'upload'
      | 'timeout'
      | 'versions'
      | 'token'
      | 'rack'
      | 'convox'
      | 'rack-password'
    status: 'ok' | 'warning' | 'problem'
    says: string // the finding, in sentences
    next: string | null // the remedy; null if there is nothing to do, or if says contains it
  }[]
}

// version
export interface Version {
  cli: string
  asked: {
    // the versions of rack-gateway that the gateway asks for
    minimum: string | null // the oldest version that the gateway supports
    newest: string // the version of the gateway’s own release
  } | null
  upgrade: 'needed' | 'advised' | 'none' | 'unknown'
  gateway: {
    address: string
    version: string
  } | null
  rack: {
    name: string
    version: string
  } | null
  unknown: string[] // why a version is unknown, one sentence for each
}
