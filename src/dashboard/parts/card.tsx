import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  readonly title: string
  /** One line under the title. */
  readonly note?: ComponentChildren
  /** Buttons and fields at the right of the title. */
  readonly tools?: ComponentChildren
  readonly wide?: boolean
  /** Takes the height that there is; its content scrolls. */
  readonly fills?: boolean
  readonly children: ComponentChildren
}

export function Card({ title, note, tools, wide = false, fills = false, children }: CardProps) {
  const id = useId()
  return (
    <section class={`card ${wide ? 'wide' : ''} ${fills ? 'fills' : ''}`} aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id}>{title}</h2>
          {note !== undefined && <p class="note">{note}</p>}
        </div>
        {tools !== undefined && <div class="tools">{tools}</div>}
      </header>
      {children}
    </section>
  )
}

/** A table that scrolls sideways by itself on a narrow screen, also by keyboard. */
export const Scroll = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <div class="scroll" role="group" aria-label={label} tabIndex={0}>
    {children}
  </div>
)
