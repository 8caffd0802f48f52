import { asSentences, defineError, defineErrorWithText } from '@rack-gateway/errors'
import { expect, test } from 'vitest'

const NameTaken = defineError<[name: string]>('RGW_NAME_TAKEN', 409, {
  reason: 'a service account named %s already exists:',
  remedy: 'choose another name',
})
/** The code that throws this error supplies the reason and the remedy. */
const BadForm = defineErrorWithText('RGW_BAD_FORM', 400)

test('an error has a message, a reason, and a remedy', () => {
  const error = new NameTaken('ci')
  expect(error.message).toBe('a service account named ci already exists: choose another name')
  expect(asSentences(error.explanation)).toEqual({
    reason: 'A service account named ci already exists.',
    remedy: 'Choose another name.',
  })
  expect(new BadForm('the form is incomplete', 'send all of it').message).toBe('the form is incomplete; send all of it')
})
