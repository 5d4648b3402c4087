package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"

	"github.com/nodeline/nodeline/plugin/fuel"
	"github.com/nodeline/nodeline/schema"
)

// instance is one running module. One goroutine uses it at a time.
type instance struct {
	module   api.Module
	validate api.Function
	input    uint32 // address of the guest's input buffer, which never moves
	stack    []uint64
	fuel     api.MutableGlobal
	limit    uint64
}

// errEndless says that a call used up its fuel.
var errEndless = errors.New("the module ran for too long")

func (v *Validator) instantiate(ctx context.Context) (*instance, error) {
	module, err := v.runtime.InstantiateModule(ctx, v.module, moduleConfig())
	if err != nil {
		return nil, err
	}
	i := &instance{module: module, validate: module.ExportedFunction("validate"), stack: make([]uint64, 1)}
	alloc := module.ExportedFunction("alloc")
	if alloc == nil || i.validate == nil {
		i.close(ctx)
		return nil, errors.New("the module exports no alloc or validate")
	}
	left, ok := module.ExportedGlobal(fuel.Global).(api.MutableGlobal)
	limit := module.ExportedGlobal(fuel.Limit)
	if !ok || limit == nil {
		i.close(ctx)
		return nil, errors.New("nothing bounds how long the module runs; build it with: " + BuildCommand)
	}
	i.fuel, i.limit = left, limit.Get()
	room, err := alloc.Call(ctx, schema.ValidatorMaxBytes+envelopeBytes)
	if err == nil && uint32(room[0]) == 0 {
		err = errors.New("the module gives no input buffer")
	}
	if err != nil {
		i.close(ctx)
		return nil, err
	}
	i.input = uint32(room[0])
	return i, nil
}

// call judges one input. After an error the instance must not be used again.
func (i *instance) call(ctx context.Context, input []byte) (Verdict, error) {
	memory := i.module.Memory()
	if !memory.Write(i.input, input) {
		return Verdict{}, errors.New("the input buffer is outside the memory")
	}
	i.stack[0] = uint64(len(input))
	i.fuel.Set(i.limit)
	if err := i.validate.CallWithStack(ctx, i.stack); err != nil {
		if i.fuel.Get() == 0 {
			err = errors.Join(errEndless, err)
		}
		return Verdict{}, err
	}
	out, ok := memory.Read(uint32(i.stack[0]>>32), uint32(i.stack[0]))
	if !ok {
		return Verdict{}, errors.New("the verdict is outside the memory")
	}
	return readVerdict(out)
}

// readVerdict takes nothing but a whole verdict whose parts agree.
func readVerdict(out []byte) (Verdict, error) {
	var v Verdict
	d := json.NewDecoder(bytes.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return Verdict{}, fmt.Errorf("read verdict: %w", err)
	}
	if v.OK != (len(v.Issues) == 0) {
		return Verdict{}, errors.New("read verdict: ok and issues disagree")
	}
	return v, nil
}

func (i *instance) close(ctx context.Context) {
	// The instance is given up either way, and its runtime frees what is left.
	_ = i.module.Close(ctx)
}
