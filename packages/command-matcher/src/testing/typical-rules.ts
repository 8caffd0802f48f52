import type { CommandRule } from '../types.ts'

const releaseRoles = ['deployer', 'ci', 'admin']

/** The rules of the built-in policy, copied for tests. */
export const typicalRules: readonly CommandRule[] = [
  { id: 'pre-release', argv: ['bin/pre_release'], services: ['command'], roles: releaseRoles },
  {
    id: 'verify-and-submit',
    argv: ['run_as_deploy', 'rake', 'checks:verify_dns', 'checks:generate_test_submission'],
    services: ['command'],
    roles: releaseRoles,
  },
  { id: 'stripe-prepare', argv: ['rake', 'stripe:prepare'], services: ['command'], roles: releaseRoles },
  { id: 'rails-console', argv: ['rails', 'console'], services: ['command'], roles: ['admin'] },
  { id: 'migrate-and-seed', argv: ['rake', ['db:migrate', 'db:seed']], services: ['command'], roles: ['admin'] },
  { id: 'any-command', argv: [{ rest: true }], services: ['*'], roles: ['admin'] },
]
