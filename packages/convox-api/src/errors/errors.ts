import { defineErrorWithText, type Explanation } from '@rack-gateway/errors'

/** The rack's response does not have the shape that its mask expects, so its secrets can't be found. */
export class UnmaskableResponse extends Error {
  readonly code = 'RGW_UNMASKABLE_ANSWER'
  readonly statusCode = 502

  get explanation(): Explanation {
    return { reason: this.message, remedy: 'Tell an administrator of the gateway.' }
  }
}

/** A mask can't be restored: it is from another app, rack, key, or release, or it is only a part of a value. */
export class ForeignMask extends defineErrorWithText('RGW_FOREIGN_MASK', 400) {
  readonly key: string

  constructor(key: string) {
    super(
      `The value of ${key} contains a mask that does not belong to this key, so the original value cannot be restored.`,
      `Set ${key} to its value, unset it, or keep the mask as it was shown.`,
    )
    this.key = key
  }
}
