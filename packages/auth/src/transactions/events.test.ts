import type { EventDraft } from '@rack-gateway/audit'
import { expect, test } from 'vitest'
import { author } from '../testing/database.ts'
import type { IdentityEvent } from './events.ts'

/** Compiles only if an identity event is assignable to the type of the audit log's events. */
function asDraft(event: IdentityEvent): EventDraft {
  return event
}

test('an identity event can be recorded in the audit log without a conversion', () => {
  const event: IdentityEvent = { kind: 'session.issued', principal: author, rack: 'staging', detail: { session: '1' } }
  expect(asDraft(event)).toBe(event)
})
