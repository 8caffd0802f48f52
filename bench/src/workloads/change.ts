import { requests } from '../loads/requests.ts'
import { askAll } from './ask.ts'
import { callLoads, subjectsOfChanges } from './calls.ts'
import { post } from './request.ts'
import { expectSame } from './same.ts'
import type { LoadTarget, Workload } from './workload.ts'

const form = {
  url: 'object://app-0/tmp/bench.tgz',
  description: 'a build',
  manifest: 'convox.yml',
  'no-cache': 'false',
}
const request = (target: LoadTarget) => post('/apps/app-0/builds?', form, target.url, target.password('deployer'))

/** Starts a build, like `convox build`. For this call, the gateway sends no other request, and stores two events. */
export const change: Workload = {
  name: 'change',
  title: 'POST /apps/{app}/builds, a form',
  unit: 'request',
  subjects: subjectsOfChanges,
  ...callLoads('connection', (target) => requests(request(target))),
  expectSame: async (targets) => expectSame(await askAll(targets, request), withoutPassword),
}

/** Only the repository's password is masked in a build. */
export function withoutPassword(unmasked: unknown): unknown {
  const build = unmasked as { readonly repository: string }
  return { ...build, repository: build.repository.replace(/:[^:/@]+@/, ':[hidden]@') }
}
