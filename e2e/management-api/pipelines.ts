import { startTestIssuer, type TestIssuer } from '@rack-gateway/auth/testing'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import type { System } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

export interface PipelineJob {
  /** Of its session. */
  readonly id: string
  readonly token: string
  /** The id of the trust that let it in. */
  readonly trust: string
}

/** A CI system whose jobs are let in with the role that a test wants. The system needs a PUBLIC_URL of its own. */
export interface Pipelines {
  readonly issuer: TestIssuer
  job(role: string | null): Promise<PipelineJob>
  /** Lets a job in. @returns its token */
  exchange(jwt: string): Promise<string>
  stop(): Promise<void>
}

let repositories = 0

export async function startPipelines(system: System): Promise<Pipelines> {
  const issuer = await startTestIssuer({ audience: system.url })
  const admin = (await createUser(system, 'admin')).token

  async function exchange(jwt: string): Promise<string> {
    const response = await call(system, jwt, 'POST', '/workload-sessions')
    if (response.status !== 201) throw new Error(`no job was let in: ${response.body}`)
    return response.text('token')
  }

  return {
    issuer,
    exchange,
    async job(role) {
      const repository_id = `${++repositories}`
      const made = await call(system, admin, 'POST', '/trusts', {
        name: `pipeline ${repository_id}`,
        issuer: issuer.url,
        conditions: [{ claim: 'repository_id', equals: repository_id }],
        role: role ?? 'viewer',
      })
      const trust = made.text('id')
      if (role === null) await takeRole(system, trust)
      const jwt = await issuer.jwt({ repository_id })
      const token = await exchange(jwt)
      const [session] = await system.sql`select id from gateway.workload_sessions where trust_id = ${trust}`
      return { id: session?.id, token, trust }
    },
    stop: () => issuer.stop(),
  }
}

async function takeRole(system: System, trust: string): Promise<void> {
  const [binding] = await system.sql`select id from gateway.bindings where subject_id = ${trust}`
  await system.issuer.removeBinding(binding?.id)
}
