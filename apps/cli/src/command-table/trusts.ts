import { gatewayCommand } from './gateway-command.ts'
import { expiresFlag, placeFlags, reasonFlag, yesFlag } from './shared-flags.ts'

const trust = { about: 'its id, or its name', takes: 'needed' } as const

export const trustGroup = {
  name: 'trusts',
  summary: 'list, create, and delete trusts in CI systems',
  about: 'A trust says whose jobs are let in without a stored secret, and with which role. For administrators.',
  examples: [
    'rack-gateway trusts',
    'rack-gateway trusts create deploy-web --role ci --apps web --provider github --with repositoryId=74 --with repositoryOwnerId=65 --with ref=refs/heads/main',
  ],
  alone: 'trusts list',
}

export const trustCommands = [
  gatewayCommand({
    name: 'trusts list',
    summary: 'list trusts',
    examples: ['rack-gateway trusts', 'rack-gateway trusts list --revoked --json'],
    flags: { revoked: { about: 'those, too, that were revoked' } },
    run: async (context, target, given) => (await import('../commands/trusts.ts')).listTrusts(context, target, given),
  }),
  gatewayCommand({
    name: 'trusts show',
    summary: 'show a trust, with what it asks of a job',
    examples: ['rack-gateway trusts show deploy-web'],
    arguments: { trust },
    run: async (context, target, given) => (await import('../commands/trusts.ts')).showTrust(context, target, given),
  }),
  gatewayCommand({
    name: 'trusts create',
    aliases: ['trusts add'],
    summary: 'let jobs of a CI system in',
    about:
      'Whose jobs: a provider with the fields of its template, or an issuer with what claims must be. docs/how-to/keyless-ci.md has the fields. A list, as of events, is separated by commas. What these flags cannot say, the API can.',
    examples: [
      'rack-gateway trusts create deploy-web --role ci --apps web --provider github --with repositoryId=74 --with repositoryOwnerId=65 --with ref=refs/heads/main',
      "rack-gateway trusts create builds --role ci --issuer https://ci.example.com --claim project=web --claim-like 'ref=refs/heads/release-*'",
    ],
    arguments: { name: { about: 'what lists, events and refusals call it', takes: 'needed' } },
    flags: {
      role: { about: 'what the jobs may do', value: 'ROLE', takes: 'needed' },
      ...placeFlags,
      provider: { about: 'whose template', choices: ['github', 'gitlab', 'circleci'] },
      with: { about: 'a field of the template', value: 'FIELD=VALUE', takes: 'many' },
      issuer: { about: 'the claim iss, exactly', value: 'URL' },
      claim: { about: 'what a claim must be; several of one claim: one of these', value: 'NAME=VALUE', takes: 'many' },
      claimLike: { about: 'a pattern with * for what a claim must be', value: 'NAME=PATTERN', takes: 'many' },
      maxAge: { about: 'how long a job is let in for; 3600 if left out', value: 'SECONDS' },
      expires: expiresFlag('the role'),
      reason: reasonFlag,
    },
    run: async (context, target, given) => (await import('../commands/trusts.ts')).addTrust(context, target, given),
  }),
  gatewayCommand({
    name: 'trusts delete',
    aliases: ['trusts remove'],
    summary: 'revoke a trust for good, with the jobs that it let in',
    examples: ['rack-gateway trusts delete deploy-web'],
    arguments: { trust },
    flags: { yes: yesFlag },
    run: async (context, target, given) => (await import('../commands/trusts.ts')).removeTrust(context, target, given),
  }),
]
