// Files that Node-RED serves from this package, loaded when a dialog first needs them.
import { loadValidator, type Validator } from '@nodeline/validator';

/** Relative to the editor, so that httpAdminRoot is kept. */
const base = 'resources/@nodeline/node-red-whatsapp/';

let loading: Promise<Validator> | undefined;

/** The rules that the sidecar judges by. Loaded once; a failed load is tried again next time. */
export function validator(): Promise<Validator> {
  loading ??= fetch(`${base}validator.wasm`)
    .then((response) => {
      if (!response.ok) throw new Error(`validator.wasm: HTTP ${response.status}`);
      return response.arrayBuffer();
    })
    .then((bytes) => loadValidator(bytes))
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}
