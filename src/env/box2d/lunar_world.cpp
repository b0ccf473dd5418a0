/* SPDX-License-Identifier: MIT
 * The one file that knows Box2D. */
#include "env/box2d/lunar_world.h"

#include <box2d/box2d.h>

#include <cstring>

namespace {

constexpr float scale = LUNAR_SCALE;
constexpr int velocity_iterations = 180, position_iterations = 60;
/* How far past its limit a motor holds a leg in Box2D 2.3, where motor and limit pull against each other; measured.
 * In 2.4 the limit wins. With it, episodes of Gymnasium's are followed to the fourth digit up to and through the first
 * contacts. */
constexpr float sag = 0.0517f;
constexpr float leg_away = 20 / scale, leg_down = 18 / scale;

/* Box2D keeps to itself what a warm start needs. An explicit instantiation may name a private member, and hands it out.
 */
template <typename Tag, typename Tag::type member> struct Reveal {
    friend typename Tag::type member_of(Tag) { return member; }
};
#define REVEAL(tag, type_of_member, class_of_member, name)                                                             \
    struct tag {                                                                                                       \
        typedef type_of_member class_of_member::*type;                                                                 \
        friend type member_of(tag);                                                                                    \
    };                                                                                                                 \
    template struct Reveal<tag, &class_of_member::name>
REVEAL(JointImpulse, b2Vec2, b2RevoluteJoint, m_impulse);
REVEAL(JointMotor, float, b2RevoluteJoint, m_motorImpulse);
REVEAL(JointLower, float, b2RevoluteJoint, m_lowerImpulse);
REVEAL(JointUpper, float, b2RevoluteJoint, m_upperImpulse);
REVEAL(LastInverseStep, float, b2World, m_inv_dt0);

/* -1 for the first leg, +1 for the second */
int side_of(int leg) {
    return leg == LUNAR_LEG_A ? -1 : 1;
}

/* Begin and end of contacts as the original's listener sees them, across worlds that live for one step. */
class Listener : public b2ContactListener {
  public:
    explicit Listener(lunar_world *world) : flat(world) {}

    void BeginContact(b2Contact *contact) override {
        lunar_contact *now = contact_of(contact);
        bool began = now->touching == 0;
        now->touching = 2; /* seen in this step */
        if (began && body_of(contact) == LUNAR_LANDER) {
            flat->crashed = 1;
        } else if (began) {
            flat->leg_contact[body_of(contact) - LUNAR_LEG_A] = 1;
        }
    }

    void EndContact(b2Contact *contact) override {
        contact_of(contact)->touching = 0;
        ended(body_of(contact));
    }

    /* The impulses of the step before, where the same features of the shapes meet again. */
    void PreSolve(b2Contact *contact, const b2Manifold *) override {
        const lunar_contact *before = contact_of(contact);
        b2Manifold *manifold = contact->GetManifold();
        for (int i = 0; i < manifold->pointCount; i++) {
            for (int k = 0; k < LUNAR_POINTS; k++) {
                b2ManifoldPoint &point = manifold->points[i];
                if (point.normalImpulse == 0 && before->key[k] == point.id.key + 1) {
                    point.normalImpulse = before->normal[k];
                    point.tangentImpulse = before->tangent[k];
                }
            }
        }
    }

    void ended(int body) {
        if (body != LUNAR_LANDER) {
            flat->leg_contact[body - LUNAR_LEG_A] = 0;
        }
    }

    static int body_of(b2Contact *contact) {
        b2Body *a = contact->GetFixtureA()->GetBody(), *b = contact->GetFixtureB()->GetBody();
        return static_cast<int>((a->GetType() == b2_dynamicBody ? a : b)->GetUserData().pointer);
    }

    lunar_contact *contact_of(b2Contact *contact) {
        b2Fixture *a = contact->GetFixtureA(), *b = contact->GetFixtureB();
        b2Fixture *ground = a->GetBody()->GetType() == b2_staticBody ? a : b;
        return &flat->bodies[body_of(contact)].contacts[ground->GetUserData().pointer];
    }

  private:
    lunar_world *flat;
};

void add_edge(b2Body *ground, int index, b2Vec2 from, b2Vec2 to, float friction) {
    b2EdgeShape edge;
    edge.SetTwoSided(from, to);
    b2FixtureDef def;
    def.shape = &edge;
    def.friction = friction;
    def.userData.pointer = static_cast<uintptr_t>(index);
    ground->CreateFixture(&def);
}

void add_ground(b2World &world, const lunar_world *flat) {
    b2BodyDef def;
    b2Body *ground = world.CreateBody(&def);
    const float step = static_cast<float>(LUNAR_WIDTH) / (LUNAR_HEIGHTS - 1);
    add_edge(ground, 0, b2Vec2(0, 0), b2Vec2(static_cast<float>(LUNAR_WIDTH), 0), 0.2f);
    for (int i = 0; i + 1 < LUNAR_HEIGHTS; i++) {
        b2Vec2 from(step * static_cast<float>(i), flat->heights[i]),
            to(step * static_cast<float>(i + 1), flat->heights[i + 1]);
        add_edge(ground, i + 1, from, to, 0.1f);
    }
}

b2Body *add_body(b2World &world, const lunar_world *flat, int index) {
    const lunar_body &body = flat->bodies[index];
    b2BodyDef def;
    def.type = b2_dynamicBody;
    def.position.Set(body.x, body.y);
    def.angle = body.angle;
    def.userData.pointer = static_cast<uintptr_t>(index);
    b2Body *made = world.CreateBody(&def);
    b2PolygonShape shape;
    b2FixtureDef fixture;
    fixture.shape = &shape;
    fixture.filter.maskBits = 0x1;
    if (index == LUNAR_LANDER) {
        const b2Vec2 hull[] = {{-14 / scale, 17 / scale}, {-17 / scale, 0}, {-17 / scale, -10 / scale},
                               {17 / scale, -10 / scale}, {17 / scale, 0},  {14 / scale, 17 / scale}};
        shape.Set(hull, 6);
        fixture.density = 5;
        fixture.friction = 0.1f;
        fixture.filter.categoryBits = 0x10;
    } else {
        shape.SetAsBox(2 / scale, 8 / scale);
        fixture.density = 1;
        fixture.friction = 0.2f;
        fixture.filter.categoryBits = 0x20;
    }
    made->CreateFixture(&fixture);
    made->SetLinearVelocity(
        b2Vec2(body.x_rate, body.y_rate)); /* of the center of mass, which the shape has just moved */
    made->SetAngularVelocity(body.angle_rate);
    return made;
}

b2RevoluteJoint *add_joint(b2World &world, b2Body *lander, b2Body *leg, int side, const lunar_joint &before) {
    b2RevoluteJointDef def;
    def.bodyA = lander;
    def.bodyB = leg;
    def.localAnchorA.Set(0, 0);
    def.localAnchorB.Set(static_cast<float>(side) * leg_away, leg_down);
    def.enableMotor = true;
    def.enableLimit = true;
    def.maxMotorTorque = 40;
    def.motorSpeed = 0.3f * static_cast<float>(side);
    def.lowerAngle = side < 0 ? 0.4f - sag : -0.9f;
    def.upperAngle = side < 0 ? 0.9f : -0.4f + sag;
    auto *joint = static_cast<b2RevoluteJoint *>(world.CreateJoint(&def));
    joint->*member_of(JointImpulse()) = b2Vec2(before.x, before.y);
    joint->*member_of(JointMotor()) = before.motor;
    joint->*member_of(JointLower()) = before.lower;
    joint->*member_of(JointUpper()) = before.upper;
    return joint;
}

void keep_joint(lunar_joint &kept, b2RevoluteJoint *joint) {
    b2Vec2 impulse = joint->*member_of(JointImpulse());
    kept.x = impulse.x, kept.y = impulse.y;
    kept.motor = joint->*member_of(JointMotor());
    kept.lower = joint->*member_of(JointLower());
    kept.upper = joint->*member_of(JointUpper());
}

void apply(b2Body *lander, const lunar_push *push) {
    lander->ApplyForceToCenter(b2Vec2(push->force_x, push->force_y), true);
    lander->ApplyTorque(push->torque, true);
    for (const auto &engine : push->engines) {
        if (engine.on != 0) {
            lander->ApplyLinearImpulse(b2Vec2(engine.x, engine.y), b2Vec2(engine.at_x, engine.at_y), true);
        }
    }
}

/* Contacts that touched before and were not seen have ended; the others keep their impulses for the next step. */
void settle_contacts(lunar_world *flat, b2World &world, Listener &listener) {
    for (int b = 0; b < LUNAR_BODIES; b++) {
        bool end = false;
        for (auto &contact : flat->bodies[b].contacts) {
            end = end || contact.touching == 1;
            contact.touching = contact.touching == 2 ? 1 : 0;
            std::memset(contact.key, 0, sizeof contact.key);
        }
        if (end) {
            listener.ended(b);
        }
    }
    for (b2Contact *contact = world.GetContactList(); contact != nullptr; contact = contact->GetNext()) {
        lunar_contact *kept = listener.contact_of(contact);
        const b2Manifold *manifold = contact->GetManifold();
        for (int i = 0; i < manifold->pointCount && contact->IsTouching(); i++) {
            kept->key[i] = manifold->points[i].id.key + 1;
            kept->normal[i] = manifold->points[i].normalImpulse;
            kept->tangent[i] = manifold->points[i].tangentImpulse;
        }
    }
}

/* Box2D's rule of sleep: all bodies that hang together are still for half a second. */
void take_out(lunar_world *flat, b2Body *const bodies[LUNAR_BODIES]) {
    float least = b2_maxFloat;
    for (int i = 0; i < LUNAR_BODIES; i++) {
        lunar_body &flat_body = flat->bodies[i];
        b2Vec2 position = bodies[i]->GetPosition(), rate = bodies[i]->GetLinearVelocity();
        flat_body.x = position.x, flat_body.y = position.y, flat_body.angle = bodies[i]->GetAngle();
        flat_body.x_rate = rate.x, flat_body.y_rate = rate.y, flat_body.angle_rate = bodies[i]->GetAngularVelocity();
        bool moves =
            flat_body.angle_rate * flat_body.angle_rate > b2_angularSleepTolerance * b2_angularSleepTolerance ||
            b2Dot(rate, rate) > b2_linearSleepTolerance * b2_linearSleepTolerance;
        flat_body.still = moves ? 0 : flat_body.still + 1.0f / LUNAR_FPS;
        least = b2Min(least, flat_body.still);
    }
    flat->asleep = least >= b2_timeToSleep;
}

} // namespace

void lunar_world_place(lunar_world *world) {
    const float x = static_cast<float>(LUNAR_WIDTH / 2), y = static_cast<float>(LUNAR_HEIGHT);
    std::memset(world->bodies, 0, sizeof world->bodies);
    std::memset(world->joints, 0, sizeof world->joints);
    world->stepped = 0;
    for (int i = 0; i < LUNAR_BODIES; i++) {
        int side = i == LUNAR_LANDER ? 0 : side_of(i);
        world->bodies[i].x = x - static_cast<float>(side) * leg_away;
        world->bodies[i].y = y;
        world->bodies[i].angle = static_cast<float>(side) * 0.05f;
    }
    world->leg_contact[0] = world->leg_contact[1] = world->crashed = world->asleep = 0;
}

void lunar_world_step(lunar_world *flat, const lunar_push *push) {
    b2World world(b2Vec2(0, flat->gravity));
    Listener listener(flat);
    world.SetContactListener(&listener);
    world.SetAllowSleeping(false); /* a world that lives for one step has no memory of rest; take_out keeps it */
    add_ground(world, flat);
    b2Body *bodies[LUNAR_BODIES];
    for (int i = 0; i < LUNAR_BODIES; i++) {
        bodies[i] = add_body(world, flat, i);
    }
    b2RevoluteJoint *joints[2];
    for (int leg = 0; leg < 2; leg++) {
        int index = LUNAR_LEG_A + leg;
        joints[leg] = add_joint(world, bodies[LUNAR_LANDER], bodies[index], side_of(index), flat->joints[leg]);
    }
    world.*member_of(LastInverseStep()) = flat->stepped ? LUNAR_FPS : 0;
    apply(bodies[LUNAR_LANDER], push);
    world.Step(1.0f / LUNAR_FPS, velocity_iterations, position_iterations);
    settle_contacts(flat, world, listener);
    take_out(flat, bodies);
    for (int leg = 0; leg < 2; leg++) {
        keep_joint(flat->joints[leg], joints[leg]);
    }
    flat->stepped = 1;
    world.SetContactListener(nullptr);
}
