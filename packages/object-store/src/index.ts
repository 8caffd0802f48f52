export {
  ObjectDiffers,
  ObjectKeyInvalid,
  ObjectStoreAddressInvalid,
  ObjectStoreUnusable,
  ObjectTooLarge,
} from './errors.ts'
export type { GetOptions, ObjectStore, PutOptions, StoredObject } from './object-store.ts'
export { type ObjectStoreAddress, openObjectStore, readObjectStoreAddress } from './open.ts'
export type { ObjectLock } from './s3-store.ts'
