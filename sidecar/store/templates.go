package store

import "github.com/nodeline/nodeline/sidecar/bridge"

const templateColumns = "name, language, version, category, status, content, created, updated"

func scanTemplate(r scanner) (rec bridge.TemplateRecord, err error) {
	var (
		content          string
		created, updated int64
	)
	if err := r.Scan(&rec.Name, &rec.Language, &rec.Version, &rec.Category, &rec.Status, &content, &created, &updated); err != nil {
		return rec, err
	}
	rec.Created, rec.Updated = moment(created), moment(updated)
	return rec, parse("template", content, &rec.Content)
}

func (v *view) Template(name, language string, version int) (bridge.TemplateRecord, bool, error) {
	return one(v, "read template", scanTemplate, "select "+templateColumns+` from template
		where name = ?1 and language = ?2 and (?3 = 0 or version = ?3) order by version desc limit 1`, name, language, version)
}

func (v *view) Templates() ([]bridge.TemplateRecord, error) {
	return all(v, "list templates", scanTemplate, "select "+templateColumns+` from template as t
		where version = (select max(version) from template where name = t.name and language = t.language) order by name, language`)
}

func (t *tx) PutTemplate(rec bridge.TemplateRecord) error {
	content, err := text("template", rec.Content)
	if err != nil {
		return err
	}
	_, err = t.exec("put template", "insert or replace into template ("+templateColumns+") values (?,?,?,?,?,?,?,?)",
		rec.Name, rec.Language, rec.Version, rec.Category, rec.Status, content, rec.Created.UnixMilli(), rec.Updated.UnixMilli())
	return err
}

func (t *tx) DeleteTemplate(name, language string) error {
	_, err := t.exec("delete template", "delete from template where name = ? and language = ?", name, language)
	return err
}
