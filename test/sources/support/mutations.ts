import fc from 'fast-check'

/** Values that a feed sends when it is broken, and some that look almost right. */
const strange = fc.oneof(
  fc.constantFrom(
    null,
    true,
    '',
    '-',
    'NaN',
    '12.5',
    '__proto__',
    '../..',
    -1,
    -0,
    0,
    1e9,
    1e13,
    1.1e14,
    1e308,
    -1e308,
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [null],
    { __proto__: null, tvl: [] },
    1_772_928_000,
    1_772_928_000_000,
    9e12,
  ),
  fc.double(),
  fc.string({ maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
)

type Step =
  | { readonly kind: 'replace' | 'wrap'; readonly at: number; readonly value: unknown }
  | { readonly kind: 'remove' | 'repeat' | 'swap'; readonly at: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('replace' as const, 'wrap' as const), at: fc.nat(), value: strange }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'repeat' as const, 'swap' as const), at: fc.nat() }),
)

type Damage = (text: string) => string

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Damage>((text) => text) },
  fc.nat().map(
    (at): Damage =>
      (text) =>
        text.slice(0, at % (text.length + 1)),
  ),
  fc.tuple(fc.nat(), fc.string({ minLength: 1, maxLength: 4 })).map(([at, junk]): Damage => (text) => {
    const i = at % (text.length + 1)
    return text.slice(0, i) + junk + text.slice(i + 1)
  }),
  fc.nat().map((at): Damage => (text) => {
    // The bare words that Python writes for what JSON has no word for.
    const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)]
    const hit = numbers[at % Math.max(1, numbers.length)]
    if (hit === undefined) return text
    return text.slice(0, hit.index) + (at % 2 ? 'NaN' : '-Infinity') + text.slice(hit.index + hit[0].length)
  }),
)

/** Bodies made from a sound one: values replaced, removed, repeated and swapped, bytes cut, overwritten and misspelt. */
export function mutated(sound: unknown): fc.Arbitrary<string> {
  return fc.tuple(fc.array(step, { maxLength: 6 }), damage).map(([steps, harm]) => {
    const root = { body: structuredClone(sound) }
    for (const one of steps) apply(root, one)
    return harm(JSON.stringify(root.body))
  })
}

type Holder = Record<string, unknown>

/** Every place that holds a value: the object or array and the key in it. */
function placesIn(root: Holder): (readonly [Holder, string])[] {
  const places: (readonly [Holder, string])[] = []
  const visit = (holder: Holder): void => {
    for (const key of Object.keys(holder)) {
      places.push([holder, key])
      const value = holder[key]
      if (typeof value === 'object' && value !== null) visit(value as Holder)
    }
  }
  visit(root)
  return places
}

function apply(root: Holder, mutation: Step): void {
  const places = placesIn(root)
  const [holder, key] = places[mutation.at % places.length]!
  const [otherHolder, otherKey] = places[(mutation.at * 31 + 7) % places.length]!
  switch (mutation.kind) {
    case 'replace':
      holder[key] = structuredClone(mutation.value)
      break
    case 'wrap':
      holder[key] = [holder[key], structuredClone(mutation.value)]
      break
    case 'remove':
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else if (holder !== root) Reflect.deleteProperty(holder, key)
      break
    case 'repeat':
      if (Array.isArray(holder)) holder.push(structuredClone(holder[key]))
      break
    case 'swap':
      holder[key] = structuredClone(otherHolder[otherKey])
      break
  }
}
