import type { TrustCondition } from '@rack-gateway/gateway-api'

/**
 * The claims of each CI system. `identifying`: no other CI system has these claims, so a condition on one of them shows
 * which system a trust is for. `narrowing`: a condition on one of these claims limits a trust to a branch, a tag, an
 * environment, or a workflow.
 */
const systems = [
  {
    identifying: ['repository_id', 'repository'],
    narrowing: ['ref', 'environment', 'workflow_ref', 'job_workflow_ref', 'sub'],
  },
  { identifying: ['project_id', 'project_path'], narrowing: ['ref', 'environment', 'sub'] },
  { identifying: ['oidc.circleci.com/project-id'], narrowing: ['oidc.circleci.com/vcs-ref', 'sub'] },
] as const

/** @returns null for a trust with a narrowing condition, and for an unknown CI system */
export function admissionWarning(conditions: readonly TrustCondition[]): string | null {
  const system = systems.find(({ identifying }) => identifying.some((claim) => conditionOn(conditions, claim)))
  if (system === undefined || system.narrowing.some((claim) => narrows(conditionOn(conditions, claim)))) return null
  const isProtected = conditions.some(
    (condition) => condition.claim === 'ref_protected' && 'equals' in condition && `${condition.equals}` === 'true',
  )
  const refs = isProtected ? 'protected branch and tag' : 'branch and tag'
  const who = isProtected ? 'Everyone who can push to one of them' : 'Everyone who can push to the repository'
  return `This trust admits the jobs of every ${refs}. ${who} can use its role. Name a ref or an environment to admit fewer jobs.`
}

function conditionOn(conditions: readonly TrustCondition[], claim: string): TrustCondition | undefined {
  return conditions.find((condition) => condition.claim === claim)
}

function narrows(condition: TrustCondition | undefined): boolean {
  if (condition === undefined) return false
  return !('pattern' in condition) || !/^(?:refs\/)?(?:heads\/)?\*+$/.test(condition.pattern)
}
