import type { Call } from '../calls/call.ts'
import { pause } from '../determinism/clock.ts'
import { notFound } from '../errors/rack-error.ts'
import { findBuild } from '../state/builds.ts'
import { buildLog, type LogLines, logLine, withoutPrefix } from '../state/logs.ts'
import { findProcess } from '../state/processes.ts'
import { findApp } from '../state/rack.ts'
import type { WebSocketStream } from '../wire/websocket.ts'

export async function appLogs(call: Call, stream: WebSocketStream): Promise<void> {
  const app = findApp(call.rack, call.variables.app)
  await showLogs(call, stream, { logs: app.logs, source: `service/web/${app.app.name}-1`, shows: () => true })
}

export async function serviceLogs(call: Call, stream: WebSocketStream): Promise<void> {
  const app = findApp(call.rack, call.variables.app)
  const service = call.variables.service ?? ''
  if (!app.services.some(({ name }) => name === service)) throw notFound('service', service)
  const shows = (line: string) => line.includes(` service/${service}/`)
  await showLogs(call, stream, { logs: app.logs, source: `service/${service}/${app.app.name}-1`, shows })
}

export async function processLogs(call: Call, stream: WebSocketStream): Promise<void> {
  const app = findApp(call.rack, call.variables.app)
  const process = findProcess(app, call.variables.process ?? '')
  const source = `service/${process.service}/${process.id}`
  await showLogs(call, stream, { logs: app.logs, source, shows: (line) => line.includes(` ${source} `) })
}

export async function systemLogs(call: Call, stream: WebSocketStream): Promise<void> {
  await showLogs(call, stream, { logs: call.rack.logs, source: 'system/api', shows: () => true })
}

/** The log of a build ends with the build. */
export async function buildLogs(call: Call, stream: WebSocketStream): Promise<void> {
  const app = findApp(call.rack, call.variables.app)
  const log = buildLog(app.buildLogs, findBuild(app, call.variables.build ?? '').id)
  const sending = sendNewLines(log, stream, (line) => line)
  await stream.send(log.lines.join(''))
  await Promise.race([log.finished, whenDisconnected(stream)])
  await sending.stop()
}

interface LogView {
  readonly logs: LogLines
  readonly source: string
  readonly shows: (line: string) => boolean
}

/** While the caller follows, sends a tick each second. Ignores `Since`, as the recorded rack does. */
async function showLogs({ rack, parameters }: Call, stream: WebSocketStream, view: LogView): Promise<void> {
  const print = (line: string) => (view.shows(line) ? formatLine(line, parameters.Prefix) : '')
  const history = view.logs.lines.map(print).filter((line) => line !== '')
  const tail = Number.parseInt(parameters.Tail ?? '', 10)
  const sending = parameters.Follow === 'false' ? null : sendNewLines(view.logs, stream, print)
  await stream.send(history.slice(tail > 0 ? -tail : 0).join(''))
  if (sending === null) return
  for (let count = 1; ; count += 1) {
    await pause(rack.clock, 1000, stream.disconnected)
    if (stream.disconnected.aborted) break
    await stream.send(formatLine(logLine(rack.clock, view.source, `tick ${count}`), parameters.Prefix))
  }
  await sending.stop()
}

function formatLine(line: string, prefix: string | undefined): string {
  return prefix === 'true' ? line : withoutPrefix(line)
}

function sendNewLines(logs: LogLines, stream: WebSocketStream, print: (line: string) => string) {
  let sent: Promise<void> = Promise.resolve()
  const stopFollowing = logs.follow((line) => {
    sent = sent.then(() => stream.send(print(line)))
  })
  return {
    stop(): Promise<void> {
      stopFollowing()
      return sent
    },
  }
}

function whenDisconnected(stream: WebSocketStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.disconnected.aborted) resolve()
    stream.disconnected.addEventListener('abort', () => resolve(), { once: true })
  })
}
