import { defineError } from '@rack-gateway/errors'

export const ObjectStoreAddressInvalid = defineError<[string | number]>(
  'RGW_OBJECT_STORE_ADDRESS_INVALID',
  'the address of the object store is invalid: %s\ncorrect it',
  500,
  { remedyInMessage: false },
)
export const ObjectKeyInvalid = defineError<[string | number, string | number]>(
  'RGW_OBJECT_KEY_INVALID',
  '%s cannot be the key of an object: %s\nchoose another key',
  500,
  { remedyInMessage: false },
)
/** The existing object is not changed. */
export const ObjectDiffers = defineError<[string | number, string | number]>(
  'RGW_OBJECT_DIFFERS',
  'the object %s already exists in %s with other content\nchoose another location',
  500,
  { remedyInMessage: false },
)
export const ObjectTooLarge = defineError<[string | number, string | number, string | number]>(
  'RGW_OBJECT_TOO_LARGE',
  'the object %s in %s has more than %s bytes\ncheck who wrote it',
  500,
  { remedyInMessage: false },
)
export const ObjectStoreUnusable = defineError<[string | number, string | number]>(
  'RGW_OBJECT_STORE_UNUSABLE',
  '%s cannot be used: %s\ncheck that it exists, and that the credentials have the permissions',
  500,
  { remedyInMessage: false },
)
