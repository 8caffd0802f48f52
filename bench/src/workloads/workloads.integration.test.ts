import { createServer } from 'node:http'
import { createDemoRack } from '@rack-gateway/demo-rack'
import { expect, onTestFinished, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { listen } from '../subjects/listen.ts'
import { withoutPassword } from './change.ts'
import { type LoadTarget, workloads } from './index.ts'

const target = (url: string, name: LoadTarget['name'] = subjectNames.rack): LoadTarget => ({
  name,
  url,
  hasMasks: false,
  password: () => 'password',
})

async function startRack(): Promise<LoadTarget> {
  const rack = createDemoRack({ name: 'bench', token: 'password', fixedResponses: true })
  onTestFinished(() => rack.close())
  return target(await rack.listen())
}

/** Answers every request with 200 and an empty build. */
async function startLiar(): Promise<LoadTarget> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"description":""}'))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return target(await listen(server), subjectNames.nginx)
}

test.each(workloads)('$name: the demo rack does what is expected', async (workload) => {
  await workload.expectSame([await startRack()])
})

test.each(workloads)('$name: what answers something else is not measured', async (workload) => {
  await expect(workload.expectSame([await startRack(), await startLiar()])).rejects.toThrow()
})

test('only the password in the repository of a build is hidden', () => {
  const build = { id: 'B', repository: 'https://u:p@registry.test/app-0' }
  expect(withoutPassword(build)).toEqual({ id: 'B', repository: 'https://u:[hidden]@registry.test/app-0' })
})
