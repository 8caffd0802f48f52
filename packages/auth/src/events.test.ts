import type { EventDraft } from '@rack-gateway/audit'
import { expect, test } from 'vitest'
import type { IdentityEvent } from './events.ts'
import { author } from './testing/database.ts'

/** Only its type matters: it compiles as long as audit takes what this package gives. */
function asDraft(event: IdentityEvent): EventDraft {
  return event
}

test('an event about identities is one that audit takes as it is', () => {
  const event: IdentityEvent = { kind: 'session.issued', principal: author, rack: 'staging', detail: { session: '1' } }
  expect(asDraft(event)).toBe(event)
})
