import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { announce } from '../status/announce.tsx'
import { Button } from './button.tsx'

/** @param what the subject of the announcement, such as `The command` */
export function CopyButton({ text, what, label = 'Copy' }: { text: string; what: string; label?: string }) {
  const [copied, setCopied] = useState(false)
  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      announce(`${what} was copied.`)
    } catch {
      announce(`${what} could not be copied. Select the text, and copy it with the keyboard.`)
    }
  }
  return (
    <Button kind="quiet" aria-label={`${label}: ${what}`} onPress={copy} onBlur={() => setCopied(false)}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      {copied ? 'Copied' : label}
    </Button>
  )
}
