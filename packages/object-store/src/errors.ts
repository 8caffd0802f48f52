import createError from '@fastify/error'

export const ObjectStoreAddressInvalid = createError(
  'RGW_OBJECT_STORE_ADDRESS_INVALID',
  'this is not the address of an object store: %s',
  500,
)
export const ObjectKeyInvalid = createError('RGW_OBJECT_KEY_INVALID', '%s cannot be the key of an object: %s', 500)
/** What is there is left as it is. */
export const ObjectDiffers = createError('RGW_OBJECT_DIFFERS', 'the object %s is already in %s, with other bytes', 500)
export const ObjectTooLarge = createError('RGW_OBJECT_TOO_LARGE', 'the object %s in %s has more than %s bytes', 500)
export const ObjectStoreUnusable = createError('RGW_OBJECT_STORE_UNUSABLE', '%s cannot be used: %s', 500)
