import { Card } from '../../../../ui/card.tsx'
import { ScrollArea } from '../../../../ui/scroll-area.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'

export function Manifest({ children }: { readonly children: string }) {
  if (children === '') return null
  return (
    <Card title="Manifest">
      <ScrollArea label="Manifest">
        <pre>
          {children.split('\n').map((line, index) => (
            <div key={`${index}`}>{line === '' ? ' ' : <VisibleText>{line}</VisibleText>}</div>
          ))}
        </pre>
      </ScrollArea>
    </Card>
  )
}
