import type { CommandList } from '../command-line/command-list.ts'

const singleCommands: CommandList['singleCommands'] = {
  login: () => import('./login.ts'),
  logout: () => import('./logout.ts'),
  racks: () => import('./racks.ts'),
  switch: () => import('./switch.ts'),
  whoami: () => import('./whoami.ts'),
  url: () => import('./url.ts'),
  'convox-login': () => import('./convox-login.ts'),
  can: () => import('./can.ts'),
  request: () => import('./request.ts'),
  doctor: () => import('./doctor.ts'),
  man: () => import('./man.ts'),
  version: () => import('./version.ts'),
}

const groups: CommandList['groups'] = [
  {
    name: 'sessions',
    describe: 'List your sessions, and revoke sessions.',
    examples: ['rack-gateway sessions', 'rack-gateway sessions revoke 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35'],
    default: 'list',
    actions: {
      list: () => import('./sessions/list.ts'),
      revoke: () => import('./sessions/revoke.ts'),
      'revoke-all': () => import('./sessions/revoke-all.ts'),
    },
  },
  {
    name: 'mfa',
    describe: 'List, add, test, and remove your second factors and backup codes.',
    details:
      'A second factor is a passkey, a security key, or an authenticator app. You prove it before calls for which the policy requires a proof.',
    examples: ['rack-gateway mfa', 'rack-gateway mfa add', 'rack-gateway mfa add totp', 'rack-gateway mfa test'],
    default: 'list',
    actions: {
      list: () => import('./mfa/list.ts'),
      add: () => import('./mfa/add.ts'),
      rename: () => import('./mfa/rename.ts'),
      remove: () => import('./mfa/remove.ts'),
      'backup-codes': () => import('./mfa/backup-codes.ts'),
      test: () => import('./mfa/test.ts'),
    },
  },
  {
    name: 'tokens',
    describe: 'List, create, rotate, and revoke API tokens.',
    details: 'You manage your own API tokens. Administrators also manage the API tokens of other users.',
    examples: [
      'rack-gateway tokens',
      'rack-gateway tokens create nightly --role viewer --expires 30d',
      'rack-gateway tokens revoke nightly',
    ],
    default: 'list',
    actions: {
      list: () => import('./tokens/list.ts'),
      create: () => import('./tokens/create.ts'),
      show: () => import('./tokens/show.ts'),
      rotate: () => import('./tokens/rotate.ts'),
      revoke: () => import('./tokens/revoke.ts'),
      owner: () => import('./tokens/owner.ts'),
    },
  },
  {
    name: 'policy',
    describe: 'Write, check, test, and compare policy documents.',
    details: 'Only "policy impact", "policy suggest", and the name @in-force ask the gateway.',
    examples: [
      'rack-gateway policy init rails',
      'rack-gateway policy check policy.yaml',
      'rack-gateway policy test . --strict',
      'rack-gateway policy diff @in-force policy.yaml',
      'rack-gateway policy impact policy.yaml --since 30d',
    ],
    actions: {
      init: () => import('./policy/init.ts'),
      check: () => import('./policy/check.ts'),
      test: () => import('./policy/test.ts'),
      diff: () => import('./policy/diff.ts'),
      impact: () => import('./policy/impact.ts'),
      suggest: () => import('./policy/suggest.ts'),
    },
  },
  {
    name: 'audit',
    describe: 'Search, export, and verify the audit log, and replay recorded sessions.',
    details: 'You need the role auditor or admin.',
    examples: [
      'rack-gateway audit search --principal ada@example.com --since 2h',
      'rack-gateway audit tail --kind login.failed',
      'rack-gateway audit export --since 2027-01-01 --until 2027-02-01 --format csv -o january.csv',
      'rack-gateway audit verify --checkpoints /mnt/checkpoints',
      'rack-gateway audit recordings --principal ada@example.com --since 3d',
    ],
    actions: {
      search: () => import('./audit/search.ts'),
      show: () => import('./audit/show.ts'),
      tail: () => import('./audit/tail.ts'),
      histogram: () => import('./audit/histogram.ts'),
      export: () => import('./audit/export.ts'),
      verify: () => import('./audit/verify.ts'),
      prove: () => import('./audit/prove.ts'),
      'verify-proof': () => import('./audit/verify-proof.ts'),
      alarms: () => import('./audit/alarms.ts'),
      acknowledge: () => import('./audit/acknowledge.ts'),
      recordings: () => import('./audit/recordings.ts'),
      play: () => import('./audit/play.ts'),
      watch: () => import('./audit/watch.ts'),
      end: () => import('./audit/end.ts'),
      transcript: () => import('./audit/transcript.ts'),
    },
  },
  {
    name: 'users',
    describe: 'List users and groups, lock and unlock users, and invite people.',
    details: 'You need the role admin.',
    examples: [
      'rack-gateway users',
      'rack-gateway users invite ada@example.com --role deployer',
      "rack-gateway users lock ada@example.com --reason 'left the company'",
    ],
    default: 'list',
    actions: {
      list: () => import('./users/list.ts'),
      show: () => import('./users/show.ts'),
      lock: () => import('./users/lock.ts'),
      unlock: () => import('./users/unlock.ts'),
      'reset-factors': () => import('./users/reset-factors.ts'),
      groups: () => import('./users/groups.ts'),
      invite: () => import('./users/invite.ts'),
      invitations: () => import('./users/invitations.ts'),
      uninvite: () => import('./users/uninvite.ts'),
    },
  },
  {
    name: 'requests',
    describe: 'List, show, approve, deny, cancel, and revoke access requests.',
    details:
      'An access request asks for a role for a limited time: rack-gateway request. When its reviewers approve it, it gives the role to the sessions of its user, and ends by itself.',
    examples: [
      'rack-gateway requests --waiting',
      'rack-gateway requests show 01a21006-6e55-7646-9171-966421143187',
      'rack-gateway requests approve 01a21006-6e55-7646-9171-966421143187 --for 30m',
    ],
    default: 'list',
    actions: {
      list: () => import('./requests/list.ts'),
      show: () => import('./requests/show.ts'),
      approve: () => import('./requests/approve.ts'),
      deny: () => import('./requests/deny.ts'),
      cancel: () => import('./requests/cancel.ts'),
      revoke: () => import('./requests/revoke.ts'),
    },
  },
  {
    name: 'access',
    describe: 'Review who has which role.',
    details: 'You need the role auditor or admin.',
    examples: ['rack-gateway access review', 'rack-gateway access review --csv > access.csv'],
    actions: { review: () => import('./access/review.ts') },
  },
  {
    name: 'bindings',
    describe: 'List, create, and delete role bindings.',
    details:
      'A binding gives a role on racks and apps. You need the role admin. You can grant only roles that you hold.',
    examples: [
      'rack-gateway bindings --user ada@example.com',
      "rack-gateway bindings create deployer --group deployers@example.com --racks staging --apps 'web-*'",
    ],
    default: 'list',
    actions: {
      list: () => import('./bindings/list.ts'),
      create: () => import('./bindings/create.ts'),
      delete: () => import('./bindings/delete.ts'),
    },
  },
  {
    name: 'service-accounts',
    describe: 'List, create, disable, and enable service accounts.',
    details:
      'A service account owns API tokens and has no login, so its tokens keep working when a person leaves. You need the role admin.',
    examples: ['rack-gateway service-accounts', 'rack-gateway service-accounts create deploy-web'],
    default: 'list',
    actions: {
      list: () => import('./service-accounts/list.ts'),
      create: () => import('./service-accounts/create.ts'),
      disable: () => import('./service-accounts/disable.ts'),
      enable: () => import('./service-accounts/enable.ts'),
    },
  },
  {
    name: 'trusts',
    describe: 'List, test, create, and delete trusts for CI jobs.',
    details:
      'A trust lets the jobs of a CI system log in without a stored secret, and gives them a role. You need the role admin.',
    examples: [
      'rack-gateway trusts',
      'rack-gateway trusts create deploy-web --role ci --apps web --provider github --with repositoryId=74 --with repositoryOwnerId=65 --with ref=refs/heads/main',
    ],
    default: 'list',
    actions: {
      list: () => import('./trusts/list.ts'),
      show: () => import('./trusts/show.ts'),
      test: () => import('./trusts/test.ts'),
      create: () => import('./trusts/create.ts'),
      delete: () => import('./trusts/delete.ts'),
    },
  },
  {
    name: 'ci',
    describe: "Log in a CI job with the job's own OIDC token.",
    examples: ['eval "export $(rack-gateway ci login https://gateway.example.com --rack staging)"'],
    actions: { login: () => import('./ci/login.ts') },
  },
  {
    name: 'completion',
    describe: 'Complete commands, options, racks, and apps with the tab key.',
    details:
      'The shell loads a script once. The script asks rack-gateway, so it stays up to date. Names of racks come from your configuration file. Names of apps come from the gateway, which is asked at most once a minute and for at most one second. If your token is in a keychain, apps are not completed, because the keychain could ask you to unlock it.',
    examples: [
      'eval "$(rack-gateway completion bash)"     # in ~/.bashrc',
      'eval "$(rack-gateway completion zsh)"     # in ~/.zshrc, after compinit',
      'rack-gateway completion fish > ~/.config/fish/completions/rack-gateway.fish',
      'rack-gateway completion powershell | Out-String | Invoke-Expression     # in $PROFILE',
    ],
    actions: {
      bash: async () => (await import('./completion/script.ts')).bash,
      zsh: async () => (await import('./completion/script.ts')).zsh,
      fish: async () => (await import('./completion/script.ts')).fish,
      powershell: async () => (await import('./completion/script.ts')).powershell,
      words: () => import('./completion/words.ts'),
    },
  },
]

export const commandList: CommandList = { singleCommands, groups }
