export {
  type Bordered,
  createRefusal,
  createTold,
  type Refusal,
  type RefusalClass,
  reasonOf,
  wordsOf,
} from './create-refusal.ts'
export { sentenceOf, type Words, wholeSentences } from './words.ts'
