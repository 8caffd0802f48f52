import { expect, test } from 'vitest'
import { chooseFlow } from './flow.ts'

const nowhere = () => false
const terminal = { env: {}, interactive: true }

test('at a terminal, the login uses the browser', () => {
  expect(chooseFlow(terminal, undefined, nowhere)).toEqual({ kind: 'loopback' })
})

test.each([
  ['over SSH', { ...terminal, env: { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' } }, nowhere],
  ['over SSH', { ...terminal, env: { SSH_TTY: '/dev/pts/0' } }, nowhere],
  ['in a container', { ...terminal, env: { container: 'podman' } }, nowhere],
  ['in a container', { ...terminal, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }, nowhere],
  ['in a container', terminal, (path: string) => path === '/.dockerenv'],
  ['in a container', terminal, (path: string) => path === '/run/.containerenv'],
  ['without a terminal', { env: {}, interactive: false }, nowhere],
])('%s, the login uses a code', (because, context, exists) => {
  expect(chooseFlow(context, undefined, exists)).toEqual({ kind: 'device', because })
})

test('the flags take precedence over the environment', () => {
  expect(chooseFlow({ env: { SSH_TTY: 'x' }, interactive: false }, true, () => true)).toEqual({ kind: 'loopback' })
  expect(chooseFlow(terminal, false, nowhere)).toEqual({ kind: 'device', because: null })
})
