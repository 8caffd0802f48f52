import { defineError } from '@rack-gateway/errors'

export const ObjectStoreAddressInvalid = defineError<[string | number]>('RGW_OBJECT_STORE_ADDRESS_INVALID', 500, {
  reason: 'the address of the object store is invalid: %s',
  remedy: 'correct it',
  remedyInMessage: false,
})
export const ObjectKeyInvalid = defineError<[string | number, string | number]>('RGW_OBJECT_KEY_INVALID', 500, {
  reason: '%s cannot be the key of an object: %s',
  remedy: 'choose another key',
  remedyInMessage: false,
})
/** The existing object is not changed. */
export const ObjectDiffers = defineError<[string | number, string | number]>('RGW_OBJECT_DIFFERS', 500, {
  reason: 'the object %s already exists in %s with other content',
  remedy: 'choose another location',
  remedyInMessage: false,
})
export const ObjectTooLarge = defineError<[string | number, string | number, string | number]>(
  'RGW_OBJECT_TOO_LARGE',
  500,
  {
    reason: 'the object %s in %s has more than %s bytes',
    remedy: 'check who wrote it',
    remedyInMessage: false,
  },
)
export const ObjectStoreUnusable = defineError<[string | number, string | number]>('RGW_OBJECT_STORE_UNUSABLE', 500, {
  reason: '%s cannot be used: %s',
  remedy: 'check that it exists, and that the credentials have the permissions',
  remedyInMessage: false,
})
