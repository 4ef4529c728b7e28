import { useEffect, useState } from 'preact/hooks'

/** The page that the address names: `#/protocols/aave-v3` is the page `protocols` with the id `aave-v3`. */
export interface PageAddress {
  readonly page: string
  readonly id: string | undefined
}

/** Pages live behind the hash, so that the server needs no rule for them. */
export function addressOf(hash: string): PageAddress {
  const [page = '', id] = hash.replace(/^#?\/?/, '').split('/')
  return { page, id: id ? decodeURIComponent(id) : undefined }
}

export const linkTo = (page: string, id?: string): string =>
  id === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`

export function useAddress(): PageAddress {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const follow = (): void => setHash(location.hash)
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return addressOf(hash)
}
