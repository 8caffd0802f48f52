import { plainCall, type WireCall } from './wire-call.ts'

export const exec = '/apps/myapp/processes/web/exec'
const run = '/apps/myapp/services/command/processes?'
export const formType = ['Content-Type', 'application/x-www-form-urlencoded'] as const
export const fileType = ['Content-Type', 'application/octet-stream'] as const
export const multipartType = ['Content-Type', 'multipart/form-data; boundary=x'] as const
export const multipart = '--x\r\nContent-Disposition: form-data; name="command"\r\n\r\nsh\r\n--x--\r\n'

export type Listed = readonly [what: string, call: WireCall]

export function call(what: string, parts: Partial<WireCall>): Listed {
  return [what, { ...plainCall, ...parts }]
}
export function get(what: string, target: string): Listed {
  return call(what, { target })
}
export function form(what: string, method: string, target: string, body: string): Listed {
  return call(what, { method, target, headers: [formType], body })
}
export function execOf(what: string, headers: WireCall['headers'], parts: Partial<WireCall> = {}): Listed {
  return call(what, { target: exec, headers, websocket: true, ...parts })
}
export function execWith(what: string, command: string): Listed {
  return execOf(what, [['Command', command]])
}
export function runOf(what: string, headers: WireCall['headers']): Listed {
  return call(what, { method: 'POST', target: run, headers: [...headers, fileType] })
}
