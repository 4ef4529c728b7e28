import type { ComponentChildren } from 'preact'

/** A few figures in a row, each with its name above it. */
export const Facts = ({ children }: { children: ComponentChildren }) => <dl class="figures">{children}</dl>

export const Fact = ({ name, value }: { name: string; value: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)
