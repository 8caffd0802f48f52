import type { TrustCondition } from '@rack-gateway/gateway-api'

/** By what a condition tells the CI system, and what then says which branch, tag, or environment a job is for. */
const systems = [
  {
    known: ['repository_id', 'repository'],
    narrowing: ['ref', 'environment', 'workflow_ref', 'job_workflow_ref', 'sub'],
  },
  { known: ['project_id', 'project_path'], narrowing: ['ref', 'environment', 'sub'] },
  { known: ['oidc.circleci.com/project-id'], narrowing: ['oidc.circleci.com/vcs-ref', 'sub'] },
] as const

/** Says what a trust admits that names no branch, tag, or environment; null for one that does, or whose CI system is not known. */
export function admissionWarning(conditions: readonly TrustCondition[]): string | null {
  const system = systems.find(({ known }) => known.some((claim) => conditionOn(conditions, claim)))
  if (system === undefined || system.narrowing.some((claim) => narrows(conditionOn(conditions, claim)))) return null
  const isProtected = conditions.some(
    (one) => one.claim === 'ref_protected' && 'equals' in one && `${one.equals}` === 'true',
  )
  const refs = isProtected ? 'protected branch and tag' : 'branch and tag'
  const who = isProtected ? 'Whoever can push to one of them' : 'Whoever can push to the repository'
  return `This trust admits the jobs of every ${refs}. ${who} can use its role. Name a ref or an environment to admit fewer jobs.`
}

function conditionOn(conditions: readonly TrustCondition[], claim: string): TrustCondition | undefined {
  return conditions.find((condition) => condition.claim === claim)
}

function narrows(condition: TrustCondition | undefined): boolean {
  if (condition === undefined) return false
  return !('pattern' in condition) || !/^(?:refs\/)?(?:heads\/)?\*+$/.test(condition.pattern)
}
