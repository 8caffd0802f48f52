import type { Permission, Role } from './types.ts'

/** What concerns oneself, and the policy: everyone has it. */
const everyone: readonly Permission[] = ['gateway:self:read', 'gateway:self:write', 'gateway:policy:read']

/** What everyone who works with apps may see. */
const look: readonly Permission[] = [
  ...everyone,
  'app:list',
  'app:read',
  'process:list',
  'process:read',
  'log:read',
  'build:list',
  'build:read',
  'release:list',
  'release:read',
  'rack:read',
  'budget:read',
]

/** The rest of what a person may see. */
const lookAround: readonly Permission[] = [
  ...look,
  'resource:list',
  'resource:read',
  'certificate:list',
  'instance:list',
  'rack:process-list',
]

const operate: readonly Permission[] = [
  ...lookAround,
  'app:lock',
  'service:scale',
  'service:restart',
  'process:stop',
  'process:run',
  'process:exec',
  'release:run-any',
  'env:read',
  'config:list',
  'resource:proxy',
  'registry:list',
  'rack:log-read',
  'diagnose:read',
]

const ship: readonly Permission[] = ['app:cancel', 'build:create', 'object:create', 'release:create', 'release:promote']

/** The roles that are there without a policy document. Masks narrow further what they see: `env:read` and `secret:read`. */
export const builtInRoles: readonly Role[] = [
  {
    name: 'viewer',
    description: 'Sees apps, processes, logs and releases, and no value of an environment.',
    permissions: lookAround,
  },
  { name: 'ops', description: 'Keeps apps running: scales, restarts, stops and locks.', permissions: operate },
  {
    name: 'deployer',
    description: 'Builds, releases and configures apps, and runs what the command rules permit.',
    permissions: [
      ...operate,
      ...ship,
      'app:update',
      'process:file-read',
      'process:file-write',
      'build:export',
      'object:read',
      'env:write',
      'config:write',
    ],
  },
  {
    name: 'ci',
    description:
      'Ships what is in git: builds, releases with the environment as it is, promotes, and uses only its own runs.',
    permissions: [...look, ...ship, 'process:run', 'release:run-any'],
  },
  { name: 'admin', description: 'Everything that is not blocked for everyone.', permissions: ['*'] },
  {
    name: 'auditor',
    description: 'Reads the audit log, recordings and the policy, and nothing else.',
    permissions: [...everyone, 'gateway:audit:read', 'gateway:recording:read'],
  },
]
