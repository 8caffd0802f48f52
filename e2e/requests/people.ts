import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callManagementApi, type ManagementApiResponse } from '@rack-gateway/testing/management-api'
import { changesApplied, type System } from '../support/gateway/system.ts'

/** Request rules for a team whose engineers ask, and whose leads review. */
export const requestsPolicy = `version: 1
roles:
  reader:
    permissions: [env:read, secret:read]
requests:
  values:
    from: [group:engineering]
    role: reader
    longest: 4h
    workStarts: firstUse
    reviewers: [group:leads]
  deploy:
    from: [group:engineering]
    role: deployer
    racks: [staging]
    longest: 4h
    reviewers: [group:leads]
  audit:
    from: [group:engineering]
    role: auditor
    longest: 4h
    workStarts: firstUse
    reviewers: [group:leads]
  first-use:
    from: [group:engineering]
    role: ops
    longest: 4h
    workStarts: firstUse
    reviewers: [group:leads]
  proved:
    from: [group:engineering]
    role: ci
    longest: 4h
    reviewers: [group:leads, "user:proved@example.com"]
    stepUp: { recent: 10m }
  alone:
    from: [group:engineering]
    role: viewer
    longest: 4h
    reviewers: [group:nobody]
`

/** @returns the path of the document */
export function writeRequestsPolicy(text = requestsPolicy): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rack-gateway-requests-')), 'policy.yaml')
  writeFileSync(path, text)
  return path
}

export interface Person {
  readonly id: string
  readonly email: string
  readonly token: string
  call(method: string, path: string, body?: object, headers?: readonly string[]): Promise<ManagementApiResponse>
}

/** A user with a session, in groups as after a login, without any role. */
export async function createPerson(
  system: System,
  email: string,
  groups: readonly string[],
  url = system.url,
): Promise<Person> {
  const { id } = await system.issuer.user(email)
  await setGroups(system, id, groups)
  const { token } = await system.issuer.issueSession({ email, device: 'test', expiresAt: Date.now() + 86_400_000 })
  return { id, email, token, call: (...call) => callManagementApi({ url }, token, ...call) }
}

/** As a login with these groups does. */
export async function setGroups(system: System, id: string, groups: readonly string[]): Promise<void> {
  await system.sql`update gateway.users set groups = ${groups as string[]} where id = ${id}`
  await changesApplied(system)
}

export const deploy = { role: 'deployer', racks: ['staging'], seconds: 3_600, reason: 'OPS-1 restart' }

/** @returns the ID of the access request */
export async function ask(person: Person, terms: object = deploy): Promise<string> {
  const asked = await person.call('POST', '/access-requests', terms)
  if (asked.status !== 201) throw new Error(`not asked: ${JSON.stringify(asked.json)}`)
  return asked.text('id')
}

export async function approve(person: Person, id: string, body: object = {}): Promise<void> {
  const approved = await person.call('POST', `/access-requests/${id}/approve`, body)
  if (approved.status !== 200) throw new Error(`not approved: ${JSON.stringify(approved.json)}`)
}
