import { Fragment } from 'react'
import styles from './visible-text.module.css'

/** Characters that are invisible, or that affect line breaks, the writing direction, or a terminal. */
const hiddenCharacter = /([\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00ad\u115f\u1160\u3164\uffa0])/u

/** For text from other people. Its writing direction does not affect the text around it. */
export function VisibleText({ children }: { readonly children: string }) {
  if (!hasHiddenCharacters(children)) return <bdi>{children}</bdi>
  const parts = children.split(new RegExp(hiddenCharacter, 'gu'))
  return (
    <bdi>
      {parts.map((part, index) => {
        const key = `${index}`
        if (!hiddenCharacter.test(part)) return <Fragment key={key}>{part}</Fragment>
        return (
          <span key={key} className={styles.escape} title="A hidden character">
            {escapeOf(part)}
          </span>
        )
      })}
    </bdi>
  )
}

/** If the writing direction is known, as in code, only text with hidden characters needs `VisibleText`. */
export function hasHiddenCharacters(text: string): boolean {
  return hiddenCharacter.test(text)
}

function escapeOf(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`
}
