import { expect, test } from 'vitest'
import { createRackContacts } from './rack-contacts.ts'

function contactsAt() {
  const alarms: string[] = []
  let time = 1_000
  const contacts = createRackContacts({
    now: () => time,
    raiseAlarm: (rack) => alarms.push(`raised ${rack}`),
    clearAlarm: (rack) => alarms.push(`cleared ${rack}`),
  })
  return {
    contacts,
    alarms,
    pass(milliseconds: number) {
      time += milliseconds
    },
  }
}

test('nothing is known about a rack before the first request', () => {
  const { contacts } = contactsAt()
  expect(contacts.of('staging')).toMatchObject({ isReachable: null, rejectedSince: null, rejections: 0 })
})

test('an alarm is raised once, and cleared when the rack accepts the password', () => {
  const { contacts, alarms, pass } = contactsAt()
  contacts.note('staging', 'rejected')
  pass(500)
  contacts.note('staging', 'rejected')
  expect(contacts.of('staging')).toMatchObject({ isReachable: true, rejectedSince: 1_000, rejections: 2 })
  expect(contacts.of('other')).toMatchObject({ rejectedSince: null })
  contacts.note('staging', 'accepted')
  contacts.note('staging', 'accepted')
  expect(contacts.of('staging')).toMatchObject({ rejectedSince: null, rejections: 2 })
  expect(alarms).toEqual(['raised staging', 'cleared staging'])
})

test.each(['answered', 'unreachable'] as const)('a rack that is only %s keeps the alarm', (contact) => {
  const { contacts, alarms } = contactsAt()
  contacts.note('staging', 'rejected')
  contacts.note('staging', contact)
  expect(contacts.of('staging')).toMatchObject({ isReachable: contact === 'answered', rejectedSince: 1_000 })
  expect(alarms).toEqual(['raised staging'])
})

test('a rack whose servers disagree raises an alarm at most once a minute', () => {
  const { contacts, alarms, pass } = contactsAt()
  for (let second = 0; second < 61; second++) {
    contacts.note('staging', 'rejected')
    contacts.note('staging', 'accepted')
    pass(1_000)
  }
  expect(alarms).toEqual(['raised staging', 'cleared staging', 'raised staging', 'cleared staging'])
})

test('a rejection that lasts longer than the minute raises the alarm then', () => {
  const { contacts, alarms, pass } = contactsAt()
  for (const contact of ['rejected', 'accepted', 'rejected'] as const) contacts.note('staging', contact)
  pass(60_000)
  contacts.note('staging', 'rejected')
  expect(alarms).toEqual(['raised staging', 'cleared staging', 'raised staging'])
})
