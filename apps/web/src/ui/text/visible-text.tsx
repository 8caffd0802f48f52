import { Fragment, type ReactNode } from 'react'
import styles from './text.module.css'

/** Characters that are invisible, that are spaces of another width, or that affect line breaks, the writing direction, or a terminal. */
const hiddenCharacter =
  /([\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00a0\u00ad\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0])/u

interface VisibleTextProps {
  /** The element around the text; by default none. */
  readonly as?: 'code' | 'p' | 'strong' | typeof Fragment
  readonly children: string
}

/** For text from other people. Its writing direction does not affect the text around it. */
export function VisibleText({ as: Element = Fragment, children }: VisibleTextProps) {
  return (
    <Element>
      <bdi>{hasHiddenCharacters(children) ? escapeParts(children) : breakable(children)}</bdi>
    </Element>
  )
}

/** As long as this, a word may not fit the line of a phone. */
const longWord = /\S{16}/

/** Lets lines break after the punctuation of email addresses, paths, and commands. Words stay whole. */
function breakable(text: string): ReactNode {
  if (!longWord.test(text)) return text
  return text.split(/(?<=[.@/_:=,-])(?=[^\s.@/_:=,-])/u).map((part, index) => {
    const key = `${index}`
    return index === 0 ? (
      part
    ) : (
      <Fragment key={key}>
        <wbr />
        {part}
      </Fragment>
    )
  })
}

function escapeParts(text: string): ReactNode {
  return text.split(new RegExp(hiddenCharacter, 'gu')).map((part, index) => {
    const key = `${index}`
    if (!hiddenCharacter.test(part)) return <Fragment key={key}>{breakable(part)}</Fragment>
    return (
      <span key={key} className={styles.escape} title="A hidden character">
        {escapeOf(part)}
      </span>
    )
  })
}

/** For content that can be text from other people. */
export function visibleContent(content: ReactNode): ReactNode {
  return typeof content === 'string' ? <VisibleText>{content}</VisibleText> : content
}

/** If the writing direction is known, as in code, only text with hidden characters needs `VisibleText`. */
export function hasHiddenCharacters(text: string): boolean {
  return hiddenCharacter.test(text)
}

function escapeOf(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`
}
