import { defineErrorWithText, type Explanation } from '@rack-gateway/errors'

/** The rack's answer has not the shape that its mask knows, so nobody can say what in it is secret. The message says what is wrong. */
export class UnmaskableAnswer extends Error {
  readonly code = 'RGW_UNMASKABLE_ANSWER'
  readonly statusCode = 502

  get words(): Explanation {
    return { reason: this.message, next: 'tell an administrator of the gateway' }
  }
}

/** An environment that was sent holds a mask that stands for nothing here: of another app, rack, key or release, or not the whole value. */
export class ForeignMask extends defineErrorWithText('RGW_FOREIGN_MASK', 400) {
  readonly key: string

  constructor(key: string) {
    super(
      `the value of ${key} holds a mask that does not belong there, so its real value can not be restored`,
      `set ${key} to its value, unset it, or leave it as it was shown`,
    )
    this.key = key
  }
}
