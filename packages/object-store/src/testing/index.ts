export { hasMoto, type Moto, startMoto } from './moto.ts'
export { type S3Server, startS3Server } from './s3-server.ts'
