import { defineError } from '@rack-gateway/errors'

export const ObjectStoreAddressInvalid = defineError<[string | number]>(
  'RGW_OBJECT_STORE_ADDRESS_INVALID',
  'this is not the address of an object store: %s\ncorrect it',
  500,
  { reasonOnly: true },
)
export const ObjectKeyInvalid = defineError<[string | number, string | number]>(
  'RGW_OBJECT_KEY_INVALID',
  '%s cannot be the key of an object: %s\nchoose another key',
  500,
  { reasonOnly: true },
)
/** What is there is left as it is. */
export const ObjectDiffers = defineError<[string | number, string | number]>(
  'RGW_OBJECT_DIFFERS',
  'the object %s is already in %s, with other bytes\nchoose another place',
  500,
  { reasonOnly: true },
)
export const ObjectTooLarge = defineError<[string | number, string | number, string | number]>(
  'RGW_OBJECT_TOO_LARGE',
  'the object %s in %s has more than %s bytes\nlook who has written it',
  500,
  { reasonOnly: true },
)
export const ObjectStoreUnusable = defineError<[string | number, string | number]>(
  'RGW_OBJECT_STORE_UNUSABLE',
  '%s cannot be used: %s\nlook whether it is there, and what its credentials may do',
  500,
  { reasonOnly: true },
)
