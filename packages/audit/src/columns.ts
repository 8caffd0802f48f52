import type { RecordedEvent } from './event.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A row of `audit.events` as JSON: what is searched, beside what was hashed. Everything in it is in `canonical` too. */
export function columnsOf({ event, canonical, prev, hash }: RecordedEvent) {
  return {
    stream: event.stream,
    seq: event.seq,
    at: event.at,
    id: event.id,
    kind: event.kind,
    request: event.request,
    of_event: event.of !== undefined && uuid.test(event.of) ? event.of : undefined,
    principal: event.principal?.id,
    principal_name: event.principal?.name,
    address: event.source?.address,
    rack: event.rack,
    app: event.app,
    route: event.route,
    permission: event.permission ?? undefined,
    effect: event.decision?.effect,
    rule: event.decision?.rule,
    status: isSmall(event.status) ? event.status : undefined,
    process: event.process,
    command: event.command?.join(' '),
    canonical,
    prev: prev.toString('hex'),
    hash: hash.toString('hex'),
  }
}

function isSmall(status: number | undefined) {
  return status !== undefined && Number.isInteger(status) && Math.abs(status) < 32_768
}
