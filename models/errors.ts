/** The numbers handed to a model cannot be used: wrong width, no rows, one class only, an artifact that does not match its digest. */
export class ModelInputError extends Error {
  override name = 'ModelInputError'
}
