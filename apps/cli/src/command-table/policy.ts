import { stdinName } from '../commands/policy/stdin-name.ts'
import { command } from './definition.ts'
import { jsonFlag, whoseGatewayFlag } from './shared-flags.ts'

const file = { about: 'a policy document, or - for stdin', takes: 'needed', names: 'file' } as const
const document = {
  about: 'a policy document, - for stdin, @in-force (at the gateway) or @built-in',
  takes: 'needed',
  names: 'file',
} as const

export const policyGroup = {
  name: 'policy',
  summary: 'check, test and compare policy documents',
  about: 'Only "impact" and @in-force ask the gateway.',
  examples: [
    'rack-gateway policy check policy.yaml',
    'rack-gateway policy test . --strict',
    'rack-gateway policy diff @in-force policy.yaml',
    'rack-gateway policy impact policy.yaml --since 30d',
  ],
}

export const policyCommands = [
  command({
    name: 'policy check',
    summary: 'check a policy document as the gateway would',
    about: "Ends with 0, or with 3 when the document isn't valid.",
    examples: ['rack-gateway policy check policy.yaml', 'rack-gateway policy check --json - < policy.yaml'],
    arguments: { file },
    flags: { json: jsonFlag },
    run: async (context, { file: name, json }) =>
      (await import('../commands/policy-check.ts')).policyCheck(context, { file: read(name), format: formatOf(json) }),
  }),
  command({
    name: 'policy test',
    summary: 'judge cases, and say which rules no case exercises',
    about: `Ends with 0, or with 3 when a case fails. In a directory, cases are in files that end in .cases.yaml. Policy packages are not asked. One case:

  version: 1
  cases:
    deployers release:
      who: { roles: [deployer] }
      convox: releases promote R1 -a web
      expect: { effect: allow, rule: role:deployer }`,
    examples: [
      'rack-gateway policy test policies',
      'rack-gateway policy test release.cases.yaml --policy policy.yaml --strict',
    ],
    arguments: { paths: { about: 'files and directories', takes: 'some', names: 'file' } },
    flags: {
      policy: {
        about: 'the document; else the one that a file of cases names, or the policy.yaml beside it',
        value: 'FILE',
        names: 'file',
      },
      strict: { about: 'fail, too, if no case exercises a rule' },
      json: jsonFlag,
      rack: whoseGatewayFlag,
    },
    run: async (context, { paths, policy = null, strict, json, rack = null }) =>
      (await import('../commands/policy-test.ts')).policyTest(context, {
        paths: paths.map(read),
        policy: policy === null ? null : read(policy),
        coverage: strict ? 'required' : 'told',
        rack,
        format: formatOf(json),
      }),
  }),
  command({
    name: 'policy diff',
    summary: 'say what changes for which role',
    about: 'Policy packages are not part of it.',
    examples: [
      'rack-gateway policy diff @in-force policy.yaml',
      'rack-gateway policy diff @built-in policy.yaml --json',
      'git show main:policy.yaml | rack-gateway policy diff - policy.yaml',
    ],
    arguments: { old: document, new: document },
    flags: { json: jsonFlag, rack: whoseGatewayFlag },
    run: async (context, { old, new: young, json, rack = null }) =>
      (await import('../commands/policy-diff.ts')).policyDiff(context, {
        old: read(old),
        new: read(young),
        rack,
        format: formatOf(json),
      }),
  }),
  command({
    name: 'policy impact',
    summary: 'say which recorded calls would newly be refused or permitted, and to whom',
    about:
      'Decides the calls of the audit log by another document. Needs gateway:audit:read, and is recorded. Policy packages are not asked.',
    examples: ['rack-gateway policy impact policy.yaml', 'rack-gateway policy impact policy.yaml --since 12h --json'],
    arguments: { new: file },
    flags: {
      since: {
        about: 'how far back: 30d, 12h, 45m, or a time such as 2027-01-31T12:00:00Z',
        value: 'TIME',
        default: '30d',
      },
      json: jsonFlag,
      rack: whoseGatewayFlag,
    },
    waits: 'the gateway is deciding recorded calls again',
    run: async (context, { new: young, since, json, rack = null }) =>
      (await import('../commands/policy-impact.ts')).policyImpact(context, {
        new: read(young),
        since,
        rack,
        format: formatOf(json),
      }),
  }),
]

function read(name: string): string {
  return name === '-' ? stdinName : name
}

function formatOf(json: boolean): 'text' | 'json' {
  return json ? 'json' : 'text'
}
