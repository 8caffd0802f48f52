import type { Job } from '@rack-gateway/rbac-policy'
import type { Claims } from './conditions.ts'

type Sources = Readonly<Record<keyof Job, readonly string[]>>

/** For each provider, the claims that describe a job. */
export const jobClaims = {
  github: {
    repository: ['repository'],
    workflow: ['workflow_ref'],
    run: ['run_id'],
    attempt: ['run_attempt'],
    job: ['check_run_id'],
    commit: ['sha'],
    ref: ['ref'],
    actor: ['actor'],
  },
  gitlab: {
    repository: ['project_path'],
    workflow: ['ci_config_ref_uri'],
    run: ['pipeline_id'],
    attempt: [],
    job: ['job_id'],
    commit: ['sha'],
    ref: ['ref'],
    actor: ['user_login'],
  },
  circleci: {
    repository: ['oidc.circleci.com/vcs-origin', 'oidc.circleci.com/project-id'],
    workflow: ['oidc.circleci.com/pipeline-definition-id'],
    run: ['oidc.circleci.com/workflow-id', 'oidc.circleci.com/pipeline-id'],
    attempt: [],
    job: ['oidc.circleci.com/job-id'],
    commit: [],
    ref: ['oidc.circleci.com/vcs-ref'],
    actor: [],
  },
} as const satisfies Readonly<Record<string, Sources>>

const { github, gitlab, circleci } = jobClaims
/** For each field, the claims of all providers. The first claim with a number or a non-empty text counts. */
const sources = (Object.keys(github) as (keyof Job)[]).map(
  (name) => [name, [...github[name], ...gitlab[name], ...circleci[name]]] as const,
)
const maxLength = 200

/** Describes a job by its claims, for events and lists. Never used for a decision. */
export function jobOf(claims: Claims): Job {
  const fields = sources.flatMap(([name, candidates]) => {
    const value = candidates.map((claim) => textOf(claims, claim)).find((text) => text !== '')
    return value === undefined ? [] : [[name, value]]
  })
  return Object.freeze(Object.fromEntries(fields))
}

function textOf(claims: Claims, claim: string): string {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  return typeof value === 'string' || typeof value === 'number' ? plain(String(value)) : ''
}

/**
 * Replaces special characters, because a branch can have any name, and the text appears in headers, tables, and the
 * audit log.
 */
function plain(text: string): string {
  return text.replace(/[^\x21-\x24\x26-\x7e]/g, '_').slice(0, maxLength)
}

/** The name of a job in lists, events, and `Convox-Actor`, at most 100 characters. */
export function jobName({ repository, run }: Job, subject: string): string {
  const name = repository === undefined ? plain(subject) : `${repository}${run === undefined ? '' : ` run ${run}`}`
  return name.length <= 100 ? name : `${name.slice(0, 40)}...${name.slice(-57)}`
}
