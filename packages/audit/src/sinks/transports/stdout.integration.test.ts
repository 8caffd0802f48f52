import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { sinkEvents } from '../testing/events.ts'

/** More than the buffer of a pipe or socket. */
const events = sinkEvents(...Array.from({ length: 300 }, () => ({ kind: 'call' as const, path: 'p'.repeat(8_000) })))

/** Delivers events, and reports on stderr whether its event loop runs. */
const program = `
  import { createStdoutTransport } from ${JSON.stringify(fileURLToPath(new URL('./stdout.ts', import.meta.url)))}
  const transport = createStdoutTransport()
  const { text } = await import('node:stream/consumers')
  const events = JSON.parse(await text(process.stdin))
  let turns = 0
  setInterval(() => { if (++turns === 20) process.stderr.write('alive ') }, 5)
  transport.deliver(events, new AbortController().signal).then(() => process.stderr.write('taken '), () => process.stderr.write('failed '))
  process.on('SIGTERM', () => process.exit(0))
`

function start() {
  const child = spawn(
    process.execPath,
    ['--conditions=@rack-gateway/source', '--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.end(JSON.stringify(events))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return { child, stderr: () => stderr }
}

test('each event is a line, and a stalled reader blocks neither the process nor its end', async () => {
  const { child, stderr } = start()
  await expect.poll(stderr).toContain('alive')
  expect(stderr()).not.toContain('taken')
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  await expect.poll(stderr).toContain('taken')
  await expect.poll(() => text.split('\n').length).toBe(301)
  expect(text).toBe(events.map(({ canonical }) => `${canonical}\n`).join(''))
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('the process ends even if its reader never reads', async () => {
  const { child, stderr } = start()
  await expect.poll(stderr).toContain('alive')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a reader that closes the pipe is a failure, and not the end of the process', async () => {
  const { child, stderr } = start()
  child.stdout.destroy()
  await expect.poll(stderr).toContain('alive')
  expect(stderr()).toContain('failed')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
